"""Scenarios in files, and the canned answers that such a file may name."""

import json
import re
from pathlib import Path

import pytest

from batchmock.errors import UsageError
from batchmock.scenarios.files import menu, named_scenario, read_scenario
from tests.mockserver.replies.asking import params, results, text_of
from tests.programs import run

LINES = '{"custom_id":"row-1","text":"Lima."}\n{"custom_id":"row-2","result":{"type":"canceled"}}\n'
DOCUMENTS = {
    "bad.toml": '[answers]\ncanned = "said/answers.jsonl"\nmissing = "errored"\n',
    "bad.json": json.dumps({"answers": {"canned": "said/answers.jsonl", "missing": "errored"}}),
}


def folder_with(folder: Path, lines: str | None = LINES) -> Path:
    (folder / "said").mkdir()
    if lines is not None:
        (folder / "said" / "answers.jsonl").write_text(lines)
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_file_names_canned_answers_from_where_it_lies(tmp_path: Path, name: str) -> None:
    answers = read_scenario(folder_with(tmp_path) / name).answers
    made = results({f"row-{number}": params() for number in (1, 2, 3)}, answers)

    assert text_of(made["row-1"]["message"]) == "Lima."
    assert {name: result["type"] for name, result in made.items()} == {
        "row-1": "succeeded",
        "row-2": "canceled",
        "row-3": "errored",
    }


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (None, "cannot read the canned answers in {folder}/said/answers.jsonl: No such file or directory"),
        ("{}\n", "{folder}/said/answers.jsonl, line 1: custom_id: Field required"),
    ],
    ids=["no file", "no answer"],
)
def test_what_is_wrong_with_them_is_said_with_both_files(tmp_path: Path, lines: str | None, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_scenario(folder_with(tmp_path, lines) / "bad.toml")

    assert str(refused.value) == f"{tmp_path}/bad.toml: {reason.format(folder=tmp_path)}"


def test_a_path_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("[answers]\ncanned = 7\n")

    with pytest.raises(UsageError, match=r"answers[.]canned: 7 is not read here"):
        read_scenario(tmp_path / "odd.toml")


def test_a_file_that_is_checked_is_shown_as_it_names_them(tmp_path: Path) -> None:
    checked = run("scenario", "check", str(folder_with(tmp_path) / "bad.toml"))

    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith(DOCUMENTS["bad.toml"])


def test_the_menu_is_listed_with_what_happens() -> None:
    listed = run("scenario", "list")

    assert listed.returncode == 0
    # What does not fit goes on in another line, set back.
    entries = re.split(r"\n(?=\S)", listed.stdout)
    assert [entry.split() for entry in entries] == [[one.name, *one.summary.split()] for one in menu()]


def test_an_entry_of_the_menu_is_shown_as_a_file_that_can_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(run("scenario", "show", "bad-day").stdout)
    checked = run("scenario", "check", str(file))

    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith(f"{file} is a scenario")
    assert read_scenario(file) == named_scenario("bad-day")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "half-expird"), "there is no scenario 'half-expird'; did you mean 'half-expired'?"),
        (("show", "zzz"), f"there is no scenario 'zzz'; it is one of {', '.join(one.name for one in menu())}"),
        (("check", "/nowhere/mine.toml"), "cannot read /nowhere/mine.toml: No such file or directory"),
    ],
)
def test_a_scenario_that_is_not_there_gets_one_line_and_exit_code_2(
    arguments: tuple[str, str], complaint: str
) -> None:
    done = run("scenario", *arguments)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"batchproof: {complaint}\n")
