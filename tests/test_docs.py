"""The documents are true: every code block runs, every option and call that exists is described."""

import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from batchmock.cli.serve import serve
from batchmock.exchanges.record import Record
from batchmock.http.control.calls import CALLS, OPEN_CALLS
from batchmock.pytest_plugin import MARKERS
from batchmock.unfolding.truth import BatchTruth, RequestTruth
from tests.programs import ROOT, free_port, serving

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("*/README.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Blocks that define tests are run as such.
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:trio")
# Blocks that are this very run of the tests.
SET_UP = "python3 -m venv .venv && "


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield the page and text of each block; those that set up an environment are for a fresh machine."""
    for page in PAGES:
        for found, text in BLOCK.findall(page.read_text()):
            if found == language and not text.startswith((SET_UP, "bash .ci/run")):
                yield page.relative_to(ROOT).as_posix(), text


def numbered(language: str) -> list[object]:
    found = list(blocks(language))
    return [pytest.param(text, id=f"{page}-{number}") for number, (page, text) in enumerate(found)]


def environment(url: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "test"}


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    with serving("--quiet") as server:
        yield server.url


@pytest.mark.parametrize("text", numbered("python"))
def test_a_python_block_runs_as_it_stands(text: str, url: str, tmp_path: Path) -> None:
    file = tmp_path / "test_block.py"
    file.write_text(text)
    ran = subprocess.run(
        [sys.executable, "-W", "error", *(PYTEST if "def test_" in text else ()), file],
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout


@pytest.mark.parametrize("text", numbered("sh"))
def test_a_shell_block_runs_as_it_stands(text: str, url: str) -> None:
    starts_its_own = "batchproof serve" in text
    port = str(free_port()) if starts_its_own else url.rsplit(":", 1)[1]
    script = text.replace(":4010", f":{port}")
    if starts_its_own:
        # It stays up until whoever pasted it says otherwise; here that is after it has answered.
        script += f"\nuntil curl -sf http://127.0.0.1:{port}/_emulator/health; do :; done; kill %1; wait"

    ran = subprocess.run(
        ["bash", "-m", "-euc", script],
        env=environment(url) | {"BATCHPROOF_PORT": port},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ran.returncode == 0, ran.stderr


def test_the_two_commands_come_first_and_ci_runs_them_to_the_letter() -> None:
    found = [
        text.strip() for language, text in BLOCK.findall((ROOT / "README.md").read_text()) if language == "sh"
    ]
    first, second = found[:2]

    assert first.startswith(SET_UP)
    assert first.endswith("batchproof demo")
    assert "\n" not in first + second
    ci = (ROOT / ".ci/run").read_text().splitlines()
    assert first in ci
    assert ci[-1] == second


def test_the_example_joins_every_answer_to_its_request() -> None:
    ran = subprocess.run(
        [sys.executable, "examples/thousand.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    rows = dict(re.findall(r"│ (\S.*?) +│ (\S.*?) +│", ran.stdout))
    assert rows["succeeded"] == rows["answers that belong to their custom_id"] == "990"
    assert (rows["errored"], rows["missing"]) == ("10", "0")
    assert rows["results in the order of submission"].startswith("no")


def test_the_poll_loops_live_through_a_day_in_which_half_of_their_requests_expire() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "examples/test_poll_loops.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stdout
    assert len(re.findall(r"after 1 day, 0:00:00 of virtual time, in \d+ ms", ran.stdout)) == 2


def test_the_benchmarks_print_each_figure_beside_its_floor() -> None:
    ran = subprocess.run(
        [sys.executable, "benchmarks/run.py", "1", "--rounds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "ratio" in ran.stdout


def test_every_option_of_serve_has_its_help() -> None:
    assert [option.name for option in serve.params if not getattr(option, "help", None)] == []


def test_every_call_of_the_control_plane_is_described() -> None:
    page = (ROOT / "docs/control-plane.md").read_text()
    calls = [f"`{call.method} /_emulator{call.path.replace('batch_id', 'id')}`" for call in CALLS]
    calls += [f"`GET {path}`" for path in OPEN_CALLS]

    assert [call for call in calls if call not in page] == []


def test_every_field_of_the_history_and_the_truth_is_described() -> None:
    page = (ROOT / "docs/control-plane.md").read_text()
    fields = {field for shape in (Record, BatchTruth, RequestTruth) for field in shape.__struct_fields__}

    assert [field for field in sorted(fields) if f"`{field}`" not in page] == []


def test_every_marker_setting_and_fixture_of_the_pytest_plugin_is_described(pytestconfig: pytest.Config) -> None:
    page = (ROOT / "docs/pytest.md").read_text()
    names = [marker.partition("(")[0] for marker in MARKERS] + ["batch_emulator", "batch_server", "--batch-seed"]
    names += [
        name for name in ("batch_coupled_time =", "batch_allow =") if pytestconfig.getini(name[:-2]) is not None
    ]

    assert [name for name in names if f"`{name}" not in page] == []


def test_relative_links_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert dead == []


def test_no_file_names_a_package_registrys_host() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org")
    naming = [
        name
        for name in listed.splitlines()
        if (ROOT / name).is_file() and any(host in (ROOT / name).read_text(errors="ignore") for host in hosts)
    ]

    assert naming == []
