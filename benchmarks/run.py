"""Measures the emulator against its targets, each figure beside its floor in the same run."""

from collections.abc import Callable, Iterator

import click
import creates
import growth
import inprocess
import joins
import polls
import results
import startup
from figures import Figure
from rich.console import Console
from rich.table import Table

ROWS: dict[str, Callable[[int], Iterator[Figure]]] = {
    "1": startup.measure,
    "2": creates.measure_small,
    "3": creates.measure_large,
    "4": polls.measure_slowest,
    "5": polls.measure_throughput,
    "6": results.measure,
    "7": growth.measure,
    "8": inprocess.measure_retrieve,
    "9": inprocess.measure_examples,
    "10": inprocess.measure_day,
    "11": joins.measure,
}
ROUNDS = 5


@click.command()
@click.argument("rows", nargs=-1, metavar="[ROW ...]", type=click.Choice(list(ROWS)))
@click.option("--rounds", type=click.IntRange(1, 100), default=ROUNDS, show_default=True, help="Samples a figure.")
def main(rows: tuple[str, ...], rounds: int) -> None:
    """Measure the named rows, or all of them.

    \b
    1  start-up to the first answer        5  polls a second
    2  create, 100,000 small requests      6  results, 100,000 lines
    3  create, 256 MB                      7  cost as batches grow
    4  the slowest poll of a busy server   8  retrieve in process
    9  Hypothesis examples in process      10  a day, polled every minute
    11  the client joining 100,000 lines
    """
    console = Console(width=None if Console().is_terminal else 130)
    found = list[Figure]()
    for row in rows or ROWS:
        for figure in ROWS[row](rounds):
            found.append(figure)
            console.print(
                f"[dim]{row}  {figure.what}: {_number(figure.value)} {figure.unit}[/dim]", highlight=False
            )
    console.print(_table(found))


def _table(figures: list[Figure]) -> Table:
    table = Table(title="medians; the ratio is ours over the floor's, round by round")
    for heading in ("row", "what | its floor"):
        table.add_column(heading)
    for heading in ("ours", "worst", "floor", "ratio", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for figure in figures:
        table.add_row(*_cells(figure))
    return table


def _cells(figure: Figure) -> list[str]:
    floor, ratio, target = figure.floor_value, figure.ratio, figure.target
    bound = ""
    if target is not None:
        bound = f"{target.bound} {_number(target.limit)} {'x' if target.on == 'ratio' else figure.unit}"
    return [
        str(figure.row),
        figure.what,
        f"{_number(figure.value)} {figure.unit}",
        _number(figure.worst),
        "" if floor is None else _number(floor),
        "" if ratio is None else f"{ratio:.2f}",
        bound,
        {None: "", True: "[green]met[/green]", False: "[red]missed[/red]"}[figure.is_met],
    ]


def _number(value: float) -> str:
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


if __name__ == "__main__":
    main()
