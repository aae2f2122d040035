"""The command as a whole: each of its commands is there, and loads no other's modules."""

import subprocess
import sys

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


def test_a_command_that_is_asked_for_loads_no_other() -> None:
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout

    assert "'batchmock'" in told
    for other in ("batchclient", "hypothesis", "anthropic", "rich", "sqlite3", "uvicorn"):
        assert f"'{other}'" not in told
