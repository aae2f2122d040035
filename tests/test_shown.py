"""What the pages show of a run is what the run says, but for real time, dates and ids."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.programs import ROOT

NEVER_THE_SAME = (r"[\d.]+ s\b", r"msgbatch_\w+", r"\d{4}-\d\d-\d\d [\d:]+ UTC")


def shown(page: str, language: str, holding: str) -> str:
    """Return the first block of a page in a language that holds a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if holding in block)


def lasting(text: str) -> list[str]:
    """Return the lines of a text without what differs from run to run."""
    for pattern in NEVER_THE_SAME:
        text = re.sub(pattern, "…", text)
    return [line.rstrip("-").rstrip() for line in text.strip().splitlines()]


def done(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command, cwd=folder, env=outside | {"PATH": path}, capture_output=True, text=True, check=False, timeout=100
    )


def test_exec_tells_what_its_page_shows(tmp_path: Path) -> None:
    ran = done(["bash", "-euc", shown("docs/exec.md", "sh", "nightly.py")], tmp_path)

    assert ran.returncode == 0, ran.stderr
    assert lasting(ran.stderr) == lasting(shown("docs/exec.md", "text", "exchanges"))


def test_a_failing_test_has_the_timeline_that_the_page_shows(tmp_path: Path) -> None:
    test = shown("docs/pytest.md", "python", "batch_coupled_time")
    (tmp_path / "test_it.py").write_text(test + "    raise AssertionError\n")
    ran = done([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_it.py"], tmp_path)

    _, heading, told = ran.stdout.partition("- batchproof timeline -")
    page = shown("docs/pytest.md", "text", heading).partition("\n")[2]
    assert lasting(told.partition("\n")[2].partition("\n==")[0]) == lasting(page)
