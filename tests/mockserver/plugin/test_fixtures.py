"""What a test gets that asks for a fixture, and what everybody else pays."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from batchmock.pytest_plugin import MARKERS
from tests.mockserver.plugin.runs import SUITES, run


def all_passed(outcomes: dict[str, str]) -> bool:
    return bool(outcomes) and set(outcomes.values()) == {"passed"}


def test_who_asks_for_nothing_imports_nothing(tmp_path: Path) -> None:
    ran = run(tmp_path, "untouched")

    assert all_passed(ran.outcomes), ran.text


def test_the_plugin_brings_nothing_along() -> None:
    program = (
        "import pytest, sys; old = {*sys.modules}; import batchmock.pytest_plugin; print(*{*sys.modules} - old)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert set(ran.stdout.split()) == {"batchmock", "batchmock.pytest_plugin"}


def test_settings_for_a_whole_suite(tmp_path: Path) -> None:
    ran = run(tmp_path, "coupled_by_setting", ini="batch_coupled_time = true\nbatch_allow = 127.0.0.1")

    assert all_passed(ran.outcomes), ran.text


def test_mistakes_are_told_without_a_traceback(tmp_path: Path) -> None:
    ran = run(tmp_path, "mistakes")

    assert set(ran.outcomes.values()) == {"error"}
    assert len(ran.outcomes) == 15
    told = {
        name: text.strip()
        for name, text in re.findall(r"^_+ ERROR at setup of test_(\w+) _+$\n(.*)\n", ran.text, re.M)
    }
    nearest = "there is no scenario 'half-expird'; did you mean 'half-expired'?"
    assert (told["name"], told["name_on_a_server"]) == (nearest, nearest)
    assert told["key"] == "windw: there is no such key; did you mean 'window'?"
    assert told["value"].startswith("window: 'soon' is not a duration")
    assert told["seed"] == "seed is -1; it is a whole number from 0"
    assert told["too_many"] == "the marker batch_scenario: too many positional arguments"
    assert told["kind"] == "7 is no scenario; give a Scenario, a name of the menu, or a file's path"
    assert told["file"].endswith("none.toml: No such file or directory")
    assert told["coupled_time"] == "the marker batch_coupled_time: got an unexpected keyword argument 'limit'"
    assert told["intercept"] == "allow is 'localhost'; it is a list of hosts, such as ['localhost']"
    assert "Python only" in told["python_on_a_server"]
    assert told["a_host_as_a_claim"] == (
        "the marker batch_intercept: 'localhost' is not True or False; allow=['localhost'] lets a host pass"
    )
    assert told["a_text_as_a_claim"] == "the marker batch_coupled_time: 'yes' is not True or False"
    instead = "which this test does not take; take it as an argument, or leave the marker out"
    assert told["coupled_time_on_a_server"] == f"the marker batch_coupled_time is for batch_emulator, {instead}"
    assert told["no_fixture"] == f"the marker batch_scenario is for batch_emulator or batch_server, {instead}"
    assert "Traceback" not in ran.text
    assert "batchmock/" not in ran.text


def test_each_worker_of_xdist_has_a_server_and_each_test_a_workspace(tmp_path: Path) -> None:
    record = tmp_path / "record"
    record.mkdir()
    outside = {"RECORD": str(record), "ANTHROPIC_AUTH_TOKEN": "real", "HTTP_PROXY": "http://127.0.0.1:1"}

    ran = run(tmp_path, "on_a_server", options=("-n", "2"), env=outside)

    assert all_passed(ran.outcomes), ran.text
    urls, keys, ids = zip(*(file.read_text().split() for file in record.iterdir()), strict=True)
    assert len(set(urls)) == 2
    assert len(set(keys)) == len(set(ids)) == 6
    for url in set(urls):
        wait_until_nobody_answers(url)


def test_the_server_ends_with_a_run_that_is_killed(tmp_path: Path) -> None:
    run(tmp_path, "on_a_server", options=("-k", "killed"), env={"RECORD": str(tmp_path), "KILLED": "yes"})

    wait_until_nobody_answers((tmp_path / "killed").read_text())


def wait_until_nobody_answers(url: str) -> None:
    for _ in range(10_000):
        try:
            urllib.request.urlopen(f"{url}/_emulator/health", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            return
    raise AssertionError(f"{url} still answers")


def test_the_same_without_pytest() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", SUITES / "plain.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ran.returncode == 0, ran.stderr
    assert "Ran 3 tests" in ran.stderr


def test_pytest_tells_of_everything_there_is(tmp_path: Path) -> None:
    markers = run(tmp_path, "untouched", options=("--markers",)).text
    fixtures = run(tmp_path, "untouched", options=("--fixtures",)).text

    for marker in MARKERS:
        assert f"@pytest.mark.{marker[:40]}" in markers
    assert "batch_emulator -- " in fixtures
    assert "batch_server -- " in fixtures
