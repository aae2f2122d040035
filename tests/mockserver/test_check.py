"""``batchproof check``: it tells beforehand what the emulator would refuse, and where."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchmock.params.terms import Terms
from batchmock.preflight import ENVELOPE_BYTES, Defect, Preflight, Row
from batchmock.wire.request import parse_create
from tests.mockserver.lives import START, at_once, create, workspace
from tests.programs import ROOT, run

GOOD = {"model": "claude-haiku-4-5", "max_tokens": 16, "messages": [{"role": "user", "content": "hello"}]}
TERMS = Terms(api_version="2023-06-01")


def entry(custom_id: str, **changed: object) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": GOOD | changed}


def written(path: Path, *entries: object) -> Path:
    path.write_text("".join((text if isinstance(text, str) else json.dumps(text)) + "\n" for text in entries))
    return path


def checked(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run("check", *map(str, arguments))


def test_a_file_without_defects_is_told_to_be_fine(tmp_path: Path) -> None:
    done = checked(written(tmp_path / "r.jsonl", entry("a"), entry("b")))

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("2 requests, 258 bytes, 1 batch: nothing that the API would refuse\n")


def test_each_defect_is_told_with_its_line_its_id_its_time_and_the_apis_words(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", entry("a"), entry("b b"), "", entry("a", max_tokens=0), "nonsense")
    done = checked(path)
    refused = "refused at create: invalid_request_error: "

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{path}:2: {refused}requests.1.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'",
        f"{path}:4: a {refused}requests: custom_id's must be unique within a batch. Duplicate custom_id found: a "
        "(also in line 1)",
        f"{path}:4: a errored row: invalid_request_error: max_tokens: must be greater than or equal to 1",
        f"{path}:5: {refused}The request body is not valid JSON: JSON is malformed: invalid character (byte 4)",
    ]
    assert "4 requests" in done.stderr
    assert "4 defects" in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b"id,text\na,Urgent?\n" * 20,
            "is no JSON; check reads one request a line as JSON, or a whole create body",
        ),
        (b"PAR1\x15\x04\n\x00PAR1", "is Parquet; check reads one request a line as JSON"),
        (bytes(range(256)) * 9, "is no JSON; "),
        (
            b"\xef\xbb\xbf{}\n",
            "starts with a byte order mark, which JSON must not have; save it as UTF-8 without one",
        ),
        ("{}\n".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b'[{"custom_id": "a", "params": {}}]\n', "is a JSON array; write one element a line (jq -c '.[]')"),
        (b"[\n  {}\n]\n", "is a JSON array; "),
    ],
    ids=["CSV", "Parquet", "bytes", "BOM", "UTF-16", "array", "array of many lines"],
)
def test_a_file_that_is_a_mistake_as_a_whole_gets_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "r.jsonl"
    file.write_bytes(content)
    done = checked(file)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"batchproof: {file} {told}")
    assert done.stderr.count("\n") == 1


def test_a_malformed_line_first_is_told_as_that_line(tmp_path: Path) -> None:
    done = checked(written(tmp_path / "r.jsonl", "nonsense", entry("a")))

    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stderr.endswith("2 requests, 137 bytes, 1 batch: 1 defect\n")


def test_defects_can_be_had_as_json(tmp_path: Path) -> None:
    done = checked("--json", written(tmp_path / "r.jsonl", entry("a", temperature=2)))
    defect, total = map(json.loads, done.stdout.splitlines())

    assert defect == {
        "line": 1,
        "custom_id": "a",
        "when": "row",
        "path": "params.temperature",
        "type": "invalid_request_error",
        "message": "temperature: Extra inputs are not permitted",
    }
    assert total == {"requests": 1, "bytes": 147, "batches": 1, "defects": 1}


def test_version_and_betas_are_those_of_the_create_call(tmp_path: Path) -> None:
    warm = written(tmp_path / "warm.jsonl", entry("a", temperature=0.5))
    long = written(tmp_path / "long.jsonl", entry("a", model="claude-opus-5", max_tokens=200_000))

    assert checked(warm).returncode == 1
    assert checked("--api-version", "2023-06-01", warm).returncode == 0
    assert checked(long).returncode == 1
    assert checked("--betas", "output-300k-2026-03-24", long).returncode == 0


@pytest.mark.parametrize("indent", [None, 2])
def test_a_whole_create_body_can_be_checked(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "body.json"
    path.write_text(json.dumps({"requests": [entry("a"), entry("b", max_tokens=0)]}, indent=indent))
    done = checked(path)

    assert f"{path}:2: b errored row" in done.stdout
    assert "2 requests" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["/nowhere/r.jsonl"], "cannot read /nowhere/r.jsonl: No such file or directory"),
        (["/"], "cannot read /: Is a directory"),
        (["/dev/null"], "/dev/null has no requests; a batch has at least one"),
        (["--betas", "nonsense", "/dev/null"], "--betas names what is no beta: nonsense"),
        (["--api-version", "2025-01-01", "/dev/null"], "'2025-01-01' is not one of '2023-06-01', '2026-10-21'"),
        ([], "Missing argument 'FILE'"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(arguments: list[str], complaint: str) -> None:
    done = run("check", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_batches_are_counted_by_rows_and_by_bytes() -> None:
    small, half = json.dumps(entry("a")).encode(), b"x" * (128_000_000 - ENVELOPE_BYTES // 2 - 1)

    many = Preflight(TERMS)
    assert sum(1 for _ in many.check(Row(1, b"{}") for _ in range(100_001))) == 100_001
    assert many.batches == 2
    large = Preflight(TERMS)
    assert len(list(large.check([Row(1, half), Row(2, half), Row(3, small)]))) == 2
    assert large.batches == 2


def test_a_row_that_fits_into_no_batch_is_told() -> None:
    (defect, _) = Preflight(TERMS).check([Row(1, b"x" * 256_000_000)])

    assert (defect.when, defect.type) == ("create", "request_too_large")


def test_of_many_ids_each_that_came_before_is_told() -> None:
    ids = [f"r{number}" for number in range(20_000)]
    rows = [Row(line, json.dumps(entry(name)).encode()) for line, name in enumerate([*ids, *ids[::100]], 1)]
    found = list(Preflight(TERMS).check(rows))

    assert [defect.custom_id for defect in found] == ids[::100]
    assert all(f"(also in line {ids.index(defect.custom_id or '') + 1})" in defect.message for defect in found)


odd_params = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["claude-haiku-4-5", "claude-none", 3]),
        "max_tokens": st.sampled_from([1, 0, 10**9, "1"]),
        "messages": st.sampled_from([GOOD["messages"], [], "x"]),
        "stream": st.booleans(),
        "zzz": st.none(),
    },
)


@settings(max_examples=200)
@given(st.lists(odd_params, min_size=1, max_size=5))
def test_what_is_told_of_rows_is_what_the_emulator_makes_of_them(odd: list[dict[str, object]]) -> None:
    entries = [{"custom_id": f"r{number}", "params": params} for number, params in enumerate(odd)]
    rows = [Row(line, json.dumps(one).encode()) for line, one in enumerate(entries, 1)]
    told: dict[str | None, Defect] = {defect.custom_id: defect for defect in Preflight(TERMS).check(rows)}

    space = workspace()
    batch_id = create(space, list(at_once(parse_create(json.dumps({"requests": entries}).encode()))))
    results = (json.loads(line) for line in space.results(batch_id, START + 25 * 3_600 * 10**9))
    errors = {
        line["custom_id"]: line["result"]["error"]["error"]["message"]
        for line in results
        if line["result"]["type"] == "errored"
    }
    assert {name: defect.message for name, defect in told.items()} == errors


def test_the_page_shows_what_the_command_says(tmp_path: Path) -> None:
    page = (ROOT / "docs/check.md").read_text()
    lines, session = re.findall(r"^```(?:jsonl|console)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "requests.jsonl").write_text(lines)
    command, _, output = session.partition("\n")
    done = run(*command.removeprefix("$ batchproof ").split(), cwd=tmp_path)

    assert (done.returncode, done.stdout + done.stderr) == (1, output)
