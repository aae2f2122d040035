"""The commands where none of the extras is installed: each says what it does, or which extra has what it lacks."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from batchproof.cli import COMMANDS
from tests.programs import COMMAND

# Whatever only extras bring.
EXTRAS = ("anthropic", "httpx", "httpx2", "hypothesis", "pyarrow", "pytest", "respx", "rich")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_without(tmp_path: Path) -> Run:
    """Return what runs the command where libraries cannot be imported, in its processes neither."""

    def run(libraries: Sequence[str], *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules |= dict.fromkeys({libraries!r})\n")
        return subprocess.run(
            [*COMMAND, *arguments],
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]], ids=["nothing", "--help", "-h"])
def test_the_whole_menu_is_shown_without_any_extra(run_without: Run, arguments: Sequence[str]) -> None:
    ran = run_without(EXTRAS, *arguments)

    # As click has it: help that nobody asked for is a complaint.
    assert (ran.returncode, ran.stderr if arguments else ran.stdout) == (0 if arguments else 2, "")
    shown = ran.stdout + ran.stderr
    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_without_any_extra(run_without: Run, name: str) -> None:
    ran = run_without(EXTRAS, name, "--help")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert f" {name} " in ran.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("library", "extra", "arguments"),
    [
        ("hypothesis", "verify", ["verify", "clients:run"]),
        ("rich", "verify", ["verify", "clients:run"]),
        ("hypothesis", "verify", ["contracts"]),
        ("hypothesis", "verify", ["zoo"]),
        ("httpx2", "client", ["zoo", "--quick", "--mutant", "J1"]),
        ("rich", "client", ["demo"]),
    ],
)
def test_what_is_not_installed_is_told_with_the_extra_that_has_it(
    run_without: Run, library: str, extra: str, arguments: Sequence[str]
) -> None:
    ran = run_without([library], *arguments)

    assert (ran.returncode, ran.stderr) == (
        2,
        f"batchproof: {library} is not installed; install batchproof[{extra}] "
        f"(in a checkout: pip install -e '.[{extra}]')\n",
    )
