"""``batchproof check``: what the API would refuse of a file of requests, before it costs a day or anything else.

It does not know what is refused.
"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from batchmock.betas import API_VERSIONS, BETAS
from batchmock.cli.words import RefusedError
from batchmock.errors import UsageError
from batchmock.preflight import Defect, Preflight
from batchmock.request_files import read_rows

FOUND = 1


@click.command(short_help="Tell what of FILE the API would refuse, now or a day later.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--api-version",
    type=click.Choice(API_VERSIONS),
    default=API_VERSIONS[-1],
    show_default=True,
    help="The anthropic-version of the create call.",
)
@click.option(
    "--betas", metavar="BETA,…", multiple=True, help="The anthropic-beta of the create call. Repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Each defect, and the sum, as a JSON object a line.")
def check(file: Path, api_version: str, betas: tuple[str, ...], *, as_json: bool) -> None:
    """Tell what of FILE the API would refuse: at once, or as an errored row a day later.

    FILE has one {"custom_id": …, "params": …} a line, or is a whole create body. Each defect comes with its line,
    its custom_id, the path inside the row and the API's own message. The exit code is 0 when there is none, 1 when
    there are some, and 2 when FILE cannot be checked.
    """
    # Imported late: it loads the schemas.
    from batchmock.params.terms import Terms

    preflight = Preflight(Terms(api_version=api_version, betas=_betas(betas)))
    try:
        with _progress(file) as progress:
            for defect in preflight.check(read_rows(file, progress)):
                click.echo(_json(defect) if as_json else _line(file, defect))
    except UsageError as error:
        raise RefusedError(str(error)) from None
    if not preflight.rows:
        raise RefusedError(f"{file} has no requests; a batch has at least one")
    click.echo(_json(_sum(preflight)) if as_json else _summary(preflight), err=not as_json)
    sys.exit(FOUND if preflight.defects else 0)


def _betas(given: tuple[str, ...]) -> frozenset[str]:
    betas = frozenset(beta.strip() for text in given for beta in text.split(",") if beta.strip())
    if unknown := sorted(betas - BETAS):
        raise RefusedError(f"--betas names what is no beta: {', '.join(unknown)}")
    return betas


@contextmanager
def _progress(file: Path) -> Generator[Callable[[int], None]]:
    """Show how far reading has come, to a person at a terminal whose findings go elsewhere."""
    if not sys.stderr.isatty() or sys.stdout.isatty() or not file.is_file():
        yield lambda read: None
        return
    with click.progressbar(length=file.stat().st_size, label=str(file), file=sys.stderr) as bar:
        yield bar.update


def _line(file: Path, defect: Defect) -> str:
    named = f" {defect.custom_id}" if defect.custom_id is not None else ""
    when = "refused at create" if defect.when == "create" else "errored row"
    return f"{file}:{defect.line}:{named} {when}: {defect.type}: {defect.message}"


def _sum(preflight: Preflight) -> dict[str, int]:
    return {
        "requests": preflight.rows,
        "bytes": preflight.size_bytes,
        "batches": preflight.batches,
        "defects": preflight.defects,
    }


def _summary(preflight: Preflight) -> str:
    found = _counted(preflight.defects, "defect") if preflight.defects else "nothing that the API would refuse"
    requests, size = _counted(preflight.rows, "request"), _counted(preflight.size_bytes, "byte")
    return f"{requests}, {size}, {_counted(preflight.batches, 'batch', 'batches')}: {found}"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
