"""The night as it is shown: live at a terminal, or a line a change.

It does not know what happens in it.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from batchclient.bench import Progress

# Between two pictures, on the clock of the night: as often as an eye can follow.
_PICTURE_S = 600


class Board:
    """What has been seen of each batch, and what else happened."""

    def __init__(self, now: Callable[[], datetime], show: Callable[["Board"], None]) -> None:
        self.batches: dict[str, Progress] = {}
        self.last = ""
        self.troubles = 0
        self._now = now
        self._show = show
        self._shown: datetime | None = None

    def look(self, progress: Progress) -> None:
        """Take in a look at a batch."""
        before = self.batches.get(progress.batch_id)
        self.batches[progress.batch_id] = progress
        if before is None or before.status != progress.status:
            self.say(
                ", ".join(filter(None, (f"{_short(progress.batch_id)} {progress.status}", _counts(progress))))
            )
        elif self._shown is None or (self._now() - self._shown).total_seconds() >= _PICTURE_S:
            self._picture()

    def say(self, text: str) -> None:
        """Tell what happened."""
        self.last = f"{self._now():%a %H:%M}  {text}"
        self._picture()
        self.last = ""

    def trouble(self) -> None:
        """Count a call that failed, and that the client got over."""
        self.troubles += 1

    @property
    def clock(self) -> str:
        """The time of the night."""
        return f"{self._now():%A %H:%M}"

    def _picture(self) -> None:
        self._shown = self._now()
        self._show(self)


@contextmanager
def board(now: Callable[[], datetime], *, plain: bool, silent: bool) -> Generator[Board]:
    """Show the night for as long as the block lasts."""
    console = Console(stderr=True)
    if silent:
        yield Board(now, lambda shown: None)
    elif plain or not console.is_terminal:
        yield Board(now, _line)
    else:
        # Drawn when told, by no thread: the night's time moves when all threads wait.
        with Live(console=console, auto_refresh=False) as live:
            yield Board(now, lambda shown: _draw(live, shown))


def _line(shown: Board) -> None:
    if shown.last:
        click.echo(shown.last, err=True)


def _draw(live: Live, shown: Board) -> None:
    if shown.last:
        live.console.print(shown.last, highlight=False)
    table = Table(box=None)
    for heading in ("batch", "status", "looks", "requests"):
        table.add_column(heading)
    for batch_id, seen in shown.batches.items():
        colour = "green" if seen.next_poll_s is None else "yellow"
        table.add_row(_short(batch_id), f"[{colour}]{seen.status}", f"{seen.polls:,}", _counts(seen))
    live.update(Group(f"{shown.clock}, {shown.troubles:,} warnings survived", table), refresh=True)


def _short(batch_id: str) -> str:
    return f"…{batch_id[-8:]}"


def _counts(progress: Progress) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in progress.counts.items() if count)
