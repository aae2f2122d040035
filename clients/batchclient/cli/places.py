"""Where answers may go: never over the run's own files, nor over a file that nobody offered.

A refusal comes before anything is sent or waited for. It does not know what is written there.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from batchclient.errors import UsageError

# What SQLite, the lock and the making of a journal keep beside it.
_BESIDE_JOURNAL = ("-wal", "-shm", ".lock", ".draft")


def draft_of(output: Path) -> Path:
    """Return where an output stands until it is whole."""
    return output.with_name(f"{output.name}.draft")


def check_place(output: Path, *, journal: Path, source: Path | None = None, is_rewritten: bool = False) -> None:
    """Make sure that an output takes nothing away; one that ``is_rewritten`` may exist, as the run's own.

    Raises:
        UsageError: it would.
    """
    for kept, name in _kept(journal, source):
        if any(_is_same(place, kept) for place in (output, draft_of(output))):
            raise UsageError(f"the output {output} would be written over {name}; name another")
    if output.exists() and not is_rewritten:
        raise UsageError(f"{output} exists already; name another")
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent}")


def _kept(journal: Path, source: Path | None) -> Iterator[tuple[Path, str]]:
    """Yield each file that a run lives by, with what it is called."""
    yield journal, f"the journal {journal}"
    # Beside the file itself, whatever it is called.
    own = os.path.realpath(journal)
    for ending in _BESIDE_JOURNAL:
        yield Path(f"{own}{ending}"), f"{own}{ending}, which belongs to the journal {journal}"
    if source is not None:
        yield source, f"the requests in {source}"


def _is_same(one: Path, other: Path) -> bool:
    """Tell whether two names are one file, also by a link, and also where it is not there yet."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return one.exists() and other.exists() and one.samefile(other)
