"""Programs under ``batchproof exec``, as processes; what they are and what came of them."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from tests.programs import COMMAND

PROGRAMS = Path(__file__).parent / "programs"
PYTHON = sys.executable


class Ran:
    """What came of a run."""

    def __init__(self, done: subprocess.CompletedProcess[str], report: Path) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.told = [line.removeprefix("batchproof: ") for line in done.stderr.splitlines()]
        self.report: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}


def run_exec(
    folder: Path, options: list[str], command: list[str], *, env: dict[str, str] | None = None, stdin: str = ""
) -> Ran:
    """Run a program to its end."""
    report = folder / "report.json"
    done = subprocess.run(
        [*COMMAND, "exec", "--json", str(report), *options, "--", *command],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=environment(env),
    )
    return Ran(done, report)


def run_python(folder: Path, text: str, *options: str) -> Ran:
    """Run a program given as text, beside the module ``plain``."""
    return run_exec(
        folder, list(options), [PYTHON, "-c", textwrap.dedent(text)], env={"PYTHONPATH": str(PROGRAMS)}
    )


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """Return this environment without what an outer run would have left in it."""
    return os.environ | (more or {})
