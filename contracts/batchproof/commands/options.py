"""Options that say one thing together, and reach a command as one value.

It does not know the commands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from batchproof.run import BUDGETS, Budget, BudgetName

Command = Callable[..., None]

A_FILE = click.Path(dir_okay=False, path_type=Path)
# As a path, it stands for standard output.
DASH = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How breaks are looked for: ``only`` names contracts or patterns of them."""

    budget: Budget
    seed: int
    processes: int | None
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where a report is written, and in which forms."""

    json: Path | None = None
    junit: Path | None = None
    html: Path | None = None
    badge: Path | None = None

    @property
    def files(self) -> Iterator[Path]:
        """All files that are to be written."""
        for path in (self.json, self.junit, self.html, self.badge):
            if path is not None and path != DASH:
                yield path


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBreaks:
    """The file of known breaks, and whether it is written anew."""

    file: Path | None
    is_updated: bool


def with_search(command: Command) -> Command:
    """Give a command how it is to look for breaks, as ``search``."""

    @click.option("--quick", is_flag=True, help="Play few plans.")
    @click.option("--thorough", is_flag=True, help="Play many plans, and the slow ones.")
    @click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Draw plans from this.")
    @click.option("--only", multiple=True, metavar="ID", help="Judge this contract alone, or R*. Repeatable.")
    @click.option(
        "--processes", type=click.IntRange(1), metavar="N", help="Judge in so many.  [default: one a core]"
    )
    @wraps(command)
    def decided(
        seed: int, processes: int | None, only: tuple[str, ...], *, quick: bool, thorough: bool, **rest: Any
    ) -> None:
        if quick and thorough:
            raise click.UsageError("--quick and --thorough are two budgets; choose one")
        name: BudgetName = "quick" if quick else "thorough" if thorough else "default"
        search = Search(budget=BUDGETS[name], seed=seed, processes=processes, only=only)
        command(search=search, **rest)

    return decided


def with_outputs(command: Command) -> Command:
    """Give a command where its report goes, as ``outputs``."""

    @click.option("--json", type=A_FILE, metavar="FILE", help="Write the report as JSON; - prints it.")
    @click.option("--junit", type=A_FILE, metavar="FILE", help="Write the report as JUnit XML.")
    @click.option("--html", type=A_FILE, metavar="FILE", help="Write the report as a page.")
    @click.option("--badge", type=A_FILE, metavar="FILE", help="Write a badge: FILE.svg, or JSON for shields.io.")
    @wraps(command)
    def decided(json: Path | None, junit: Path | None, html: Path | None, badge: Path | None, **rest: Any) -> None:
        command(outputs=Outputs(json=json, junit=junit, html=html, badge=badge), **rest)

    return decided


def with_known(command: Command) -> Command:
    """Give a command the breaks that are known, as ``known``."""

    @click.option("--known", "file", type=A_FILE, metavar="FILE", help="Breaks that do not fail the run.")
    @click.option("--known-update", "is_updated", is_flag=True, help="Write what is broken now into that file.")
    @wraps(command)
    def decided(file: Path | None, *, is_updated: bool, **rest: Any) -> None:
        command(known=KnownBreaks(file=file, is_updated=is_updated), **rest)

    return decided
