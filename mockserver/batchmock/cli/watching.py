"""What ``batchproof serve`` does with each exchange once it is over: a line, the history's file, a strict eye.

It does not know how exchanges come about.
"""

from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from batchmock.cli.telling import tell
from batchmock.exchanges.access_log import Line, json_line, quiet_line, verbose_line
from batchmock.exchanges.exchange import Exchange, record, strikes_without_effect
from batchmock.exchanges.history_file import HistoryFile
from batchmock.idle_faults import IdleFaults


class Watching:
    """Sees every exchange; ``is_strict`` is about faults that found nothing to bite on."""

    def __init__(
        self, line: Line | None, history_file: Path | None, *, is_strict: bool, complain: Callable[[str], None]
    ) -> None:
        """Start to watch.

        Raises:
            UsageError: the history's file cannot be written.
        """
        self._line = line
        self._complain = complain
        self._history = None if history_file is None else HistoryFile(history_file, complain)
        self._idle = IdleFaults() if is_strict else None

    def __call__(self, exchange: Exchange) -> None:
        """See an exchange."""
        if self._line is not None:
            tell(self._line(exchange))
        if self._history is not None:
            self._history.write(exchange)
        if self._idle is not None and strikes_without_effect(exchange):
            self._idle.note(record(exchange, real=False))

    def is_content(self) -> bool:
        """Tell whether all that should go wrong could; complains of what could not."""
        complaints = [] if self._idle is None else self._idle.complaints()
        for complaint in complaints:
            self._complain(complaint)
        return not complaints


def line_of(*, quiet: bool, verbose: bool, as_json: bool) -> Line | None:
    """Return what tells of an exchange; None tells nothing."""
    if quiet and (verbose or as_json):
        raise click.UsageError(f"--quiet and {'--json' if as_json else '--verbose'} cannot be given together.")
    if quiet:
        return None
    return json_line if as_json else verbose_line if verbose else quiet_line


def complain(mistake: str) -> None:
    """Say what went wrong, in a line."""
    tell(f"batchproof: {mistake}")


def json_complain(mistake: str) -> None:
    """Say what went wrong, as one JSON object."""
    tell(msgspec.json.encode({"complaint": mistake}).decode())
