"""``batchproof zoo``: whether the contracts would notice.

It does not know what a mutant does wrong.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from batchproof.commands.words import INTERRUPTED, told

if TYPE_CHECKING:
    from batchproof.zoo.hunting import Job
    from batchproof.zoo.kill import Kill

QUICK_SEEDS = 1
FILE = click.Path(dir_okay=False, path_type=Path)


def _in_a_folder(context: click.Context, option: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file that could not be written, before there is anything to write."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}", context, option)
    return file


@click.command(short_help="Let planted bugs loose on the contracts that must catch them.")
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True, help="How many, for each mutant.")
@click.option("--quick", is_flag=True, help="One seed, and fewer plans for the correct client.")
@click.option(
    "--mutant", "chosen", multiple=True, metavar="ID", help="This one alone; may be given several times."
)
@click.option("--also", is_flag=True, help="Tell which other contracts catch it; takes far longer.")
@click.option("--json", "json_file", type=FILE, callback=_in_a_folder, help="Write the matrix there.")
@click.option("--markdown", "markdown_file", type=FILE, callback=_in_a_folder, help="Write a page there.")
def zoo(
    seeds: int,
    chosen: tuple[str, ...],
    json_file: Path | None,
    markdown_file: Path | None,
    *,
    quick: bool,
    also: bool,
) -> None:
    """Let clients with one planted bug each loose on the contracts that must catch them.

    Exit code 1 if one is caught in fewer than 95 % of the seeds, or if the correct client is caught at all.
    """
    if chosen and markdown_file is not None:
        raise click.UsageError("--markdown is a page of all mutants; leave out --mutant")
    count = QUICK_SEEDS if quick else seeds
    with told():
        todo = _todo(chosen, count, quick=quick, also=also)
        found, is_whole = _shown(todo)
        if json_file is not None:
            json_file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
        if markdown_file is not None and is_whole:
            _write_page(markdown_file, found, seeds=count)
    if not is_whole:
        raise click.exceptions.Exit(INTERRUPTED)
    if not all(kill.is_right for kill in found):
        raise click.exceptions.Exit(1)


def _todo(chosen: Sequence[str], seeds: int, *, quick: bool, also: bool) -> "Sequence[Job]":
    # Imported late, here and below: --help needs neither the catalogue nor Hypothesis.
    from batchproof.zoo.keeper import jobs
    from batchproof.zoo.mutants.index import MUTANTS

    for mutant_id in chosen:
        if mutant_id not in MUTANTS:
            raise click.UsageError(f"there is no mutant {mutant_id!r}; docs/zoo.md lists them")
    return jobs(chosen, seeds=seeds, budget="quick" if quick else "default", wants_also=also)


def _shown(todo: "Sequence[Job]") -> "tuple[list[Kill], bool]":
    """Show what becomes of all jobs as it is known; return it, and whether nobody interrupted."""
    from batchproof.zoo.keeper import kills
    from batchproof.zoo.matrix import HEADER, line, summary

    found: list[Kill] = []
    is_whole = True
    click.echo(HEADER)
    try:
        for kill in kills(todo):
            found.append(kill)
            click.echo(line(kill))
    except KeyboardInterrupt:
        is_whole = False
    click.echo(summary(found))
    return found, is_whole


def _write_page(file: Path, found: "Sequence[Kill]", *, seeds: int) -> None:
    from batchproof.zoo.matrix import page

    file.write_text(page(found, seeds=seeds), encoding="utf-8")
