"""``contract_suite``: a user's own tests, run by a pytest of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.naive import CLIENTS

SUITE = """
from functools import partial

import clients
from batchproof.pytest_suite import contract_suite
from clients import deaf, joined, unfinished, zipped


def local(requests, *, base_url, api_key):
    return zipped(requests, base_url=base_url, api_key=api_key)


test_right = contract_suite(joined, budget="quick", only=["J1", "S11"])
test_wrong = contract_suite(zipped, budget="quick", only=["J1"])
test_known = contract_suite(local, budget="quick", only=["J1"], known="known.toml")
test_stale = contract_suite(joined, budget="quick", only=["J1"], known="known.toml")
test_should = contract_suite(deaf, budget="quick", only=["R7"])
test_strict = contract_suite(deaf, budget="quick", only=["R7"], is_strict=True)
test_unfinished = contract_suite(unfinished, only=["J1", "J2"])
"""
OUTCOMES = [
    "FAILED test_it.py::test_stale[J1] - Failed: J1 is kept, and the known breaks say",
    "FAILED test_it.py::test_strict[R7] - Failed: R7 broken: ",
    "FAILED test_it.py::test_unfinished[J1] - Failed: the client does not get through",
    "FAILED test_it.py::test_unfinished[J2] - Failed: the client does not get through",
    "FAILED test_it.py::test_wrong[J1] - Failed: J1 broken: 'a' was given the answer ",
    "XFAIL test_it.py::test_known[J1] - issue 12: 'a' was given the answer to 'b'",
    "XFAIL test_it.py::test_should[R7] - a SHOULD: ",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clients.py").write_text(CLIENTS)
    (tmp_path / "test_it.py").write_text(SUITE)
    (tmp_path / "known.toml").write_text('[[known]]\ncontract = "J1"\nreason = "issue 12"\n')
    return tmp_path


def outcome_of(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:asyncio",
        "-W",
        "error",
        "-c",
        "/dev/null",
        "--rootdir=.",
        "-ra",
        *arguments,
    ]
    return subprocess.run(
        [*command, "test_it.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"COLUMNS": "200", "PATH": ""},
    )


@pytest.mark.parametrize("processes", ["0", "2"])
def test_each_contract_is_a_test_that_ends_as_its_verdict_says(folder: Path, processes: str) -> None:
    ran = outcome_of(folder, "-n", processes)

    assert "5 failed, 1 passed, 1 skipped, 2 xfailed" in ran.stdout, ran.stdout + ran.stderr
    lines = ran.stdout.splitlines()
    assert [words for words in OUTCOMES if not any(line.startswith(words) for line in lines)] == [], ran.stdout
    assert [line for line in lines if line.endswith(": not claimed: the client does not offer: cost")]


def test_a_failure_shows_the_reason_the_timeline_and_how_to_see_it_again(folder: Path) -> None:
    shown = outcome_of(folder, "-n0", "-k", "test_wrong").stdout

    assert "J1 broken: 'a' was given the answer to 'b'\na MUST: Results are joined by custom_id\n" in shown
    assert "+000:00:00 create of 2 → 200 msgbatch_" in shown
    assert "again: batchproof replay .batchproof/J1.json clients.py:zipped" in shown
    assert "Traceback" not in shown
    command = [sys.executable, "-m", "batchproof", "replay", ".batchproof/J1.json", "clients.py:zipped"]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("clients.needy", "clients.py:needy takes no base_url; a client is called as def run(requests"),
        ("clients.joined, budget='fast'", "budget is 'fast'; write one of quick, default, thorough"),
        ("clients.joined, only='J77'", "there is no contract 'J77'; did you mean J7?"),
    ],
)
def test_what_makes_no_sense_is_told_before_any_test(folder: Path, arguments: str, told: str) -> None:
    (folder / "test_it.py").write_text(
        "import clients\nfrom batchproof.pytest_suite import contract_suite\n"
        f"test_it = contract_suite({arguments})\n"
    )

    shown = outcome_of(folder, "-n0").stdout

    assert f"UsageError: {told}" in shown


def test_a_single_contract_may_be_named_without_a_list(folder: Path) -> None:
    (folder / "test_it.py").write_text(
        "import clients\nfrom batchproof.pytest_suite import contract_suite\n"
        "test_it = contract_suite(clients.joined, only='J1')\n"
    )

    assert outcome_of(folder, "-n0", "--collect-only", "-q").stdout.splitlines()[0] == "test_it.py::test_it[J1]"


def test_a_callable_is_named_as_replay_finds_it() -> None:
    from batchproof.pytest_suite import name_of

    assert name_of(subprocess.run) == f"{subprocess.__file__}:run"
    assert name_of(test_a_callable_is_named_as_replay_finds_it) == (
        "tests.contracts.test_pytest_suite:test_a_callable_is_named_as_replay_finds_it"
    )
