"""Which files ``batchproof run`` reads, and how it tells what is wrong with one."""

import json
import sys
from pathlib import Path

import pytest

from tests.clients.commands import PROMPTS, answer, batchproof, entry, lines, parquet_file, written
from tests.clients.world import asking
from tests.programs import run

pytestmark = pytest.mark.usefixtures("key")


def test_a_row_is_written_as_it_was_read_to_the_byte(tmp_path: Path) -> None:
    given = (
        b'{ "custom_id":"a",  "price":1.0, "big":123456789012345678901, "params":%s }'
        % json.dumps(asking("a", "hi")[1]).encode()
    )
    (tmp_path / "in.jsonl").write_bytes(given + b"\r\n")

    batchproof("run", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")

    assert (tmp_path / "out.jsonl").read_bytes().startswith(given[:-1].rstrip() + b',"result":{"type":"succeeded"')


def test_a_whole_create_body_is_read_as_well(tmp_path: Path) -> None:
    body = {"requests": [entry("a", "one"), entry("b", "two")]}
    (tmp_path / "in.json").write_text(json.dumps(body, indent=2))

    ran = batchproof("run", tmp_path / "in.json", "-o", tmp_path / "out.jsonl")

    assert ran.exit_code == 0, ran.output
    assert [answer(line) for line in lines(tmp_path / "out.jsonl")] == ["one", "two"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_keys_with_prompts_become_requests(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"in.{kind}"
    rows = [{"id": "7", "prompt": "a,\nb", "team": "red"}, {"id": "8", "prompt": "c", "team": "blue"}]
    if kind == "csv":
        file.write_text('id,prompt,team\n7,"a,\nb",red\n8,c,blue\n', encoding="utf-8-sig")
    elif kind == "jsonl":
        written(file, rows)
    else:
        parquet_file(file, rows)

    ran = batchproof("run", file, "--key", "id", *PROMPTS, "-o", tmp_path / "out.jsonl")

    assert ran.exit_code == 0, ran.output
    found = lines(tmp_path / "out.jsonl")
    assert [(line["id"], line["team"], answer(line)) for line in found] == [
        ("7", "red", "a,\nb"),
        ("8", "blue", "c"),
    ]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_keys_may_be_numbers_and_stay_numbers_beside_their_answers(tmp_path: Path, kind: str) -> None:
    rows: list[dict[str, object]] = [{"key": n, "prompt": f"say {n}", "at": "2026-01-01"} for n in (7, 70)]
    file = tmp_path / f"in.{kind}"
    (parquet_file if kind == "parquet" else written)(file, rows)

    ran = batchproof("run", file, *PROMPTS, "-o", tmp_path / "out.jsonl")

    assert ran.exit_code == 0, ran.output
    assert [(line["key"], answer(line)) for line in lines(tmp_path / "out.jsonl")] == [
        (7, "say 7"),
        (70, "say 70"),
    ]


def test_parquet_without_its_library_or_that_is_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "in.parquet"
    file.write_bytes(b"PAR1 not at all")
    broken = batchproof("run", file, *PROMPTS, "--dry-run")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    missing = batchproof("run", file, *PROMPTS, "--dry-run")

    assert (broken.exit_code, missing.exit_code) == (2, 2)
    assert "in.parquet is no Parquet" in broken.stderr
    assert "install batchproof[parquet]" in missing.stderr
    assert (broken.stderr.count("\n"), missing.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("[1]", "in.jsonl:1 is no JSON object"),
        ('{"params": {}}', "has no 'custom_id'"),
        ('{"custom_id": 7, "params": {}}', "in.jsonl:1: 'custom_id' is 7; it is a string, so write \"7\""),
        ('{"key": "a"}', "has no 'prompt'"),
        ('{"key": "a", "prompt": null}', "in.jsonl:1: 'prompt' is null; it is a string"),
        ('{"key": "a", "prompt": "hi"}', "--model"),
        ('{"custom_id": "a", "params": {}, "result": 1}', "rename it"),
        ('{"custom_id": "a", "params": {}}\n{"custom_id": "a", "params": {}}', "occurs twice"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_one_line(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "in.jsonl").write_text(row + "\n")

    ran = batchproof("run", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")

    assert ran.exit_code == 2
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["in.jsonl"]


def test_a_csv_with_a_cell_too_many_is_told(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("key,prompt\na,b,c\n")

    ran = run("run", str(tmp_path / "in.csv"), *PROMPTS, "--dry-run")

    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "in.csv:2 has not as many cells as the first line" in ran.stderr
