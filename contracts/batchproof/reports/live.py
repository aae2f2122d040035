"""A run as it goes on: a bar at a terminal, or a line for each verdict.

It does not know what becomes of verdicts.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from batchproof.contract import Verdict
from batchproof.events import Event, Finished, Judged, Judging, Opened
from batchproof.reports.terminal import COLOURS, shortened

Watch = Callable[[Event], None]


@contextmanager
def watching(client: str, *, plain: bool) -> Generator[Watch]:
    """Yield what shows events, on standard error, for as long as the block lasts."""
    console = Console(stderr=True, highlight=False)
    if plain or not console.is_terminal:
        yield _Lines(Console(stderr=True, highlight=False, color_system=None)).take
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, client).take


class _Bar:
    """A bar, with what breaks above it."""

    def __init__(self, progress: Progress, client: str) -> None:
        self._progress = progress
        self._task = progress.add_task(f"opening {client}", total=None)
        self._at: list[str] = []

    def take(self, event: Event) -> None:
        match event:
            case Opened():
                self._progress.update(self._task, total=len(event.contracts), description=event.client)
            case Judging():
                self._at.append(event.contract)
                self._describe()
            case Judged() if event.verdict.contract in self._at:
                self._at.remove(event.verdict.contract)
                self._progress.advance(self._task)
                self._describe()
                if event.verdict.word not in ("kept", "not claimed"):
                    self._progress.console.print(_line(event.verdict), overflow="ellipsis", no_wrap=True)
            case Judged() | Finished():
                pass

    def _describe(self) -> None:
        self._progress.update(self._task, description=f"judging {' '.join(self._at)}")


class _Lines:
    """A line for each verdict, as in a log."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def take(self, event: Event) -> None:
        match event:
            case Opened():
                offered = ", ".join(event.capabilities) or "nothing beside running requests"
                self._say(Text(f"{event.client} offers {offered}; contracts that apply: {len(event.contracts)}"))
            case Judged() if event.verdict.word != "not claimed":
                self._say(_line(event.verdict))
            case Judged() | Judging() | Finished():
                pass

    def _say(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)


def _line(verdict: Verdict) -> Text:
    first = verdict.reason.splitlines()[:1]
    said = f": {shortened(first[0])}" if first else ""
    return Text.assemble((verdict.contract, "bold"), " ", (verdict.word, COLOURS[verdict.word]), said)
