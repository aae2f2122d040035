"""``batchproof verify``: judge a client, show what came of it, and write it down.

It does not know how clients are judged.
"""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchproof.commands.options import KnownBreaks, Outputs, Search, with_known, with_outputs, with_search
from batchproof.commands.target import WithTarget, with_target
from batchproof.commands.words import INTERRUPTED, told
from batchproof.commands.writing import make_way, write
from batchproof.errors import HarnessError, UsageError
from batchproof.run import Run, Target

if TYPE_CHECKING:
    from batchproof.known import Known
    from batchproof.reports.report import Report
    from batchproof.runner import Runner

SAVE = Path(".batchproof")


@click.command(cls=WithTarget, short_help="Judge a client: does it lose, swap or pay twice for anything?")
@with_target
@with_search
@click.option("--strict", "is_strict", is_flag=True, help="Fail if a SHOULD is broken, too.")
@with_known
@with_outputs
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    default=SAVE,
    show_default=True,
    metavar="DIR",
    help="Where the plans of breaks are saved.",
)
@click.option("--plain", is_flag=True, help="No colours, and a line for each verdict, as in a log.")
def verify(
    target: Target,
    search: Search,
    known: KnownBreaks,
    outputs: Outputs,
    *,
    is_strict: bool,
    save: Path,
    plain: bool,
) -> None:
    """Judge a client of message batches: does it lose, swap or pay twice for anything?

    \b
      batchproof verify my.module:run        a Python callable, sync or async
      batchproof verify path/file.py:run     the same in a file
      batchproof verify -- ./my-client -v    a program in any language

    A callable is called as run(requests, *, base_url, api_key), and returns an outcome for each custom_id. For
    each contract that it breaks, the smallest batch that shows it is saved, with the command that plays it again.

    The exit code is 0 when every claimed MUST is kept, 1 when one is broken, 2 for a mistake in this command, 3
    when nothing could be judged. Ctrl-C ends it all, shows what is known by then, and exits with 130.
    """
    with told():
        begun = _begun(target, search, known)
        make_way(*outputs.files)
        run, is_interrupted = _run(begun, plain=plain)
        report = _reported(run, begun, save=save, is_strict=is_strict)
        write(report, outputs, plain=plain)
    sys.exit(INTERRUPTED if is_interrupted else report.exit_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A run that can go on: whatever could be wrong with the arguments has been looked at."""

    target: Target
    runner: "Runner"
    known: KnownBreaks
    entries: "Sequence[Known]"


def _begun(target: Target, search: Search, known: KnownBreaks) -> _Begun:
    # Imported late, here and below: --help and the other commands need neither the catalogue nor Hypothesis.
    from batchproof.catalogue.index import CATALOGUE
    from batchproof.choice import meant
    from batchproof.known_file import read_known
    from batchproof.runner import Runner

    entries: Sequence[Known] = ()
    if known.is_updated and known.file is None:
        raise UsageError("--known-update writes the file of --known; name one")
    if known.file is not None and (known.file.exists() or not known.is_updated):
        entries = read_known(known.file, CATALOGUE)
    only = meant(search.only, CATALOGUE)
    runner = Runner(target, search.budget, seed=search.seed, processes=search.processes, only=only)
    return _Begun(target=target, runner=runner, known=known, entries=entries)


def _run(begun: _Begun, *, plain: bool) -> tuple[Run, bool]:
    """Return what came of a run, and whether it was interrupted."""
    from batchproof.events import Finished
    from batchproof.reports.live import watching

    try:
        with watching(begun.target.name, plain=plain) as watch, closing(begun.runner.events()) as events:
            for event in events:
                watch(event)
                if isinstance(event, Finished):
                    return event.run, False
    except KeyboardInterrupt:
        return begun.runner.so_far(), True
    raise HarnessError("the run ended without a word")


def _reported(run: Run, begun: _Begun, *, save: Path, is_strict: bool) -> "Report":
    """Save what was found, and weigh it beside what is known."""
    from batchproof.catalogue.index import CATALOGUE
    from batchproof.known import updated, weighed
    from batchproof.known_file import write_known
    from batchproof.reports.report import reported
    from batchproof.saved import saved

    entries = begun.entries
    if begun.known.is_updated and begun.known.file is not None and run.is_complete:
        entries = updated(entries, run.verdicts)
        write_known(begun.known.file, entries)
    return reported(
        run,
        begun.target,
        CATALOGUE,
        weighed=weighed(entries, run.verdicts),
        saved=saved(run.verdicts, save),
        is_strict=is_strict,
    )
