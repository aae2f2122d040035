"""How far a run is, as far as anybody knows: at a terminal a line a batch, in a log a line a look.

The API counts nothing until a batch has ended, so a bar only fills where counts move. It does not know runs.
"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click

from batchclient.bench import Progress

Watch = Callable[[Progress], None]


@contextmanager
def watching(*, quiet: bool) -> Generator[Watch]:
    """Show looks at batches on stderr for as long as the block lasts."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _bars() as watch:
            yield watch
    else:
        yield lambda progress: click.echo(told(progress), err=True)


def told(progress: Progress) -> str:
    """Return a look in one line."""
    return f"{progress.batch_id} {progress.status} after {_long(progress.elapsed_s)}, {_details(progress)}"


def _details(progress: Progress) -> str:
    polls = f"{progress.polls:,} look" + "s" * (progress.polls != 1)
    counts = ", ".join(f"{count:,} {name}" for name, count in progress.counts.items() if count)
    seen = f"{polls}: {counts}" if counts else polls
    if progress.next_poll_s is None:
        return seen
    left = _long(max(0.0, progress.deadline_s - progress.elapsed_s))
    return f"{seen}; next in {_long(progress.next_poll_s)}, given up in {left}"


def _long(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@contextmanager
def _bars() -> Generator[Watch]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    # What there is to say takes a second line where one is too short; nothing of it is cut.
    columns = (
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(10),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}", table_column=Column(ratio=1, overflow="fold")),
    )
    tasks: dict[str, TaskID] = {}
    with Bars(*columns, console=Console(stderr=True), expand=True) as bars:

        def watch(progress: Progress) -> None:
            if progress.batch_id not in tasks:
                tasks[progress.batch_id] = bars.add_task(progress.batch_id[-8:], total=None, said="")
            total = sum(progress.counts.values())
            done = total - progress.counts.get("processing", 0)
            # Without a total the bar pulses: something goes on, and nobody knows how far it is.
            bars.update(
                tasks[progress.batch_id],
                completed=done,
                total=total if done else None,
                said=f"{progress.status}, {_details(progress)}",
            )

        yield watch
