"""The command as a whole: each of its commands is there, and loads no other's modules."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

import click
import pytest
from click.testing import CliRunner

from batchproof.cli import COMMANDS, main

PROBE = """
import atexit, sys
atexit.register(lambda: print(sorted({name.partition(".")[0] for name in sys.modules})))
from batchproof.cli import main
main(["serve", "--help"])
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_listed_and_says_what_it_does(name: str) -> None:
    listed = CliRunner().invoke(main, ["--help"]).output
    own = CliRunner().invoke(main, [name, "--help"])

    assert f"  {name} " in listed
    assert (own.exit_code, own.output.startswith(f"Usage: main {name}")) == (0, True)


def commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command, and of those within it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            within = command.get_command(context, name)
            assert within is not None
            yield from commands(within, *path, name)


@pytest.mark.parametrize("path", [*commands(main)], ids=" ".join)
def test_help_fits_80_columns_and_no_summary_is_cut(path: Sequence[str]) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"], prog_name="batchproof", terminal_width=80).output

    assert [line for line in shown.splitlines() if len(line) > 80] == []
    assert [line for line in shown.partition("\nCommands:\n")[2].splitlines() if line.endswith("...")] == []


def test_each_example_of_the_menu_has_a_line_of_its_own() -> None:
    shown = CliRunner().invoke(main, ["--help"], prog_name="batchproof", terminal_width=80).output

    examples = re.findall(r"^ +batchproof (\S+)", shown, re.MULTILINE)
    assert examples == ["demo", "verify", "serve", "exec", "scenario", "check", "run"]


def test_the_scenarios_are_listed_in_80_columns() -> None:
    shown = CliRunner().invoke(main, ["scenario", "list"]).output

    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["serv"], "No such command 'serv'. (Did you mean 'serve'?) (see 'batchproof --help')"),
        (["scenario", "lst"], "No such command 'lst'. (Did you mean 'list'?) (see 'batchproof scenario --help')"),
        (["xyzzy"], "No such command 'xyzzy'. (see 'batchproof --help')"),
    ],
)
def test_a_command_that_there_is_not_is_told_with_the_nearest(asked: list[str], told: str) -> None:
    ran = CliRunner().invoke(main, asked, prog_name="batchproof")

    assert (ran.exit_code, ran.stderr) == (2, f"batchproof: {told}\n")


def test_a_command_that_is_asked_for_loads_no_other() -> None:
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout

    assert "'batchmock'" in told
    for other in ("batchclient", "hypothesis", "anthropic", "rich", "sqlite3", "uvicorn"):
        assert f"'{other}'" not in told
