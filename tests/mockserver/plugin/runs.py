"""Runs of pytest as a user has them: suites in a folder of their own, with the plugins that are installed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUITES = Path(__file__).parent / "suites"
NOTHING: Mapping[str, str] = {}
INI = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it: the exit code, each test's outcome, and all that was written."""

    code: int
    outcomes: dict[str, str]
    text: str

    def section(self, test: str) -> str:
        """Return the timeline that was written for a failed test."""
        _, _, after = self.text.partition(f"_ {test} _")
        report, _, _ = after.partition("\n___")
        _, _, section = report.partition("- batchproof timeline -")
        return section.partition("\n")[2].partition("\n==")[0]


def run(
    folder: Path, *suites: str, options: tuple[str, ...] = (), ini: str = "", env: Mapping[str, str] = NOTHING
) -> Run:
    """Run suites in this order; what their settings are goes to ``ini``."""
    files = [f"test_{suite}.py" for suite in suites]
    for suite, file in zip(suites, files, strict=True):
        shutil.copy(SUITES / f"{suite}.py", folder / file)
    shutil.copy(SUITES / "days.py", folder)
    (folder / "pytest.ini").write_text(INI + ini)
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "PYTEST_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "--strict-markers", "-p", "no:cacheprovider", *options, *files],
        cwd=folder,
        env=outside | {**env},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found = re.findall(r"^(PASSED|FAILED|ERROR) test_\w+\.py::(?:\w+::)?(\S+)", ran.stdout, re.MULTILINE)
    return Run(ran.returncode, {test: outcome.lower() for outcome, test in found}, ran.stdout + ran.stderr)
