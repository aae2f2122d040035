"""``batchproof scenario``: what is on the menu, what an entry says, and whether a file of one's own is right.

It does not know what scenarios mean.
"""

from pathlib import Path
from textwrap import fill

import click

from batchmock.cli.words import OneLineGroup, RefusedError
from batchmock.errors import UsageError
from batchmock.scenarios.document import write_toml
from batchmock.scenarios.files import menu, menu_entry, read_scenario

# As wide as most terminals; a name is then always the first word of its line, and what goes on is set back.
WIDTH = 80


@click.group(cls=OneLineGroup)
def scenario() -> None:
    """Scenarios: how batches unfold, and what goes wrong."""


@scenario.command("list")
def list_scenarios() -> None:
    """Show the scenarios that come with the emulator."""
    entries = menu()
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        head = f"{entry.name:{width}}  "
        rest = " " * len(head)
        wrapped = fill(entry.summary, WIDTH, initial_indent=head, subsequent_indent=rest, break_on_hyphens=False)
        click.echo(wrapped)


@scenario.command()
@click.argument("name")
def show(name: str) -> None:
    """Print a scenario of the menu: a start for one of your own."""
    try:
        click.echo(menu_entry(name).text, nl=False)
    except UsageError as error:
        raise RefusedError(str(error)) from None


@scenario.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say whether FILE is a scenario, and what it departs in."""
    try:
        document = write_toml(read_scenario(file))
    except UsageError as error:
        raise RefusedError(str(error)) from None
    click.echo(f"{file} is a scenario" + (":" if document else "; all of it is as by default"))
    click.echo(document, nl=False)
