"""``batchproof run`` and what goes with it: files in, files out, and an exit code that tells how it went.

The commands run in this process against an emulator on coupled time, so they wait as ever and it takes no time.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from anthropic import Anthropic
from click.testing import CliRunner, Result

from batchmock.exchanges.exchange import Exchange
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenarios.files import named_scenario
from batchproof.cli import main
from tests.clients.world import MODEL, NO_MODEL, asking
from tests.programs import COMMAND, run, serving

PROMPTS = ("--model", MODEL, "--max-tokens", "64")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


def batchproof(*arguments: str | Path, emulator: LocalEmulator | None = None) -> Result:
    emulator = emulator or LocalEmulator()
    with emulator.intercept(), emulator.coupled_time():
        return CliRunner().invoke(main, [str(argument) for argument in arguments])


def batches(emulator: LocalEmulator) -> int:
    return len(list(emulator.client().messages.batches.list()))


def entry(custom_id: str, prompt: str, model: str = MODEL, **more: object) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": asking(custom_id, prompt, model)[1]} | more


def written(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def parquet_file(path: Path, rows: Sequence[object]) -> None:
    import_module("pyarrow.parquet").write_table(import_module("pyarrow").Table.from_pylist(rows), path)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def answer(line: dict[str, Any]) -> str:
    return line["result"]["message"]["content"][0]["text"].partition(": ")[2]


def test_answers_stand_in_the_order_of_the_requests_beside_the_fields_they_came_with(tmp_path: Path) -> None:
    rows = [entry(f"ü {n}", f"say {n}", note={"n": n, "x": 1.50}) for n in range(30)]
    output = tmp_path / "out.jsonl"

    ran = batchproof("run", written(tmp_path / "in.jsonl", rows), "-o", output)

    assert ran.exit_code == 0, ran.output
    assert [{name: line[name] for name in rows[0]} for line in lines(output)] == rows
    assert [answer(line) for line in lines(output)] == [f"say {n}" for n in range(30)]


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


def test_requests_that_fail_have_their_errors_and_the_exit_code_says_so(tmp_path: Path) -> None:
    rows = [entry("good", "hi"), entry("bad", "hi", NO_MODEL), entry("stream", "hi")]
    rows[2]["params"]["stream"] = True

    ran = batchproof("run", written(tmp_path / "in.jsonl", rows), "-o", tmp_path / "out.jsonl")

    assert ran.exit_code == 1
    results = [line["result"] for line in lines(tmp_path / "out.jsonl")]
    assert [result["type"] for result in results] == ["succeeded", "errored", "errored"]
    assert results[1]["error"]["error"]["type"] == "not_found_error"
    assert "a batch does not stream" in results[2]["error"]["error"]["message"]


def test_a_mistake_that_all_requests_share_is_told_once(tmp_path: Path) -> None:
    emulator = LocalEmulator()
    rows = [entry(str(n), "hi", NO_MODEL) for n in range(40)] + [entry("good", "hi")]

    ran = batchproof("run", written(tmp_path / "in.jsonl", rows), "-o", tmp_path / "out.jsonl", emulator=emulator)

    assert ran.exit_code == 1
    assert ran.stdout.count("not_found_error") == 1
    assert f"- 40 for   not_found_error: model: {NO_MODEL}\n" in ran.stdout
    assert batches(emulator) == 1


def test_an_answer_that_is_cut_is_not_taken_for_whole(tmp_path: Path) -> None:
    emulator = LocalEmulator(named_scenario("unusable"))
    rows = [entry(str(n), f"say {n}") for n in range(40)]

    ran = batchproof("run", written(tmp_path / "in.jsonl", rows), "-o", tmp_path / "out.jsonl", emulator=emulator)

    assert ran.exit_code == 1
    assert "succeeded, truncated" in ran.output


def test_progress_tells_each_look_and_the_summary_adds_up(tmp_path: Path) -> None:
    ran = batchproof("run", written(tmp_path / "in.jsonl", [entry("a", "hi")]), "-o", tmp_path / "out.jsonl")

    assert "submitted after 0 s, 0 looks; next in 10 s, given up in 25 h 00 min\n" in ran.stderr
    assert "in_progress after 10 s, 1 look: 1 processing; next in" in ran.stderr
    assert "ended after" in ran.stderr
    assert ran.stdout.split("\n")[:2] == ["requests   1", "succeeded  1"]


def test_a_dry_run_tells_what_it_may_cost_and_sends_nothing(tmp_path: Path) -> None:
    emulator = LocalEmulator()
    file = written(tmp_path / "in.jsonl", [entry("a", "hi"), entry("b", "hi")])

    ran = batchproof("run", file, "--dry-run", emulator=emulator)

    assert ran.exit_code == 0
    assert "output tokens, at most  32" in ran.output
    assert batches(emulator) == 0
    assert list(tmp_path.iterdir()) == [file]


def test_what_may_cost_too_much_is_not_sent(tmp_path: Path) -> None:
    emulator = LocalEmulator()
    file = written(tmp_path / "in.jsonl", [entry("a", "hi")])

    ran = batchproof("run", file, "-o", tmp_path / "out.jsonl", "--max-cost", "0.000001", emulator=emulator)

    assert ran.exit_code == 2
    assert "may cost up to" in ran.output
    assert batches(emulator) == 0
    assert not (tmp_path / "out.jsonl.db").exists()


def test_a_run_that_could_not_end_is_resumed_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("a", "hi")]), tmp_path / "out.jsonl"
    emulator = LocalEmulator(named_scenario("key-trap"))

    first = batchproof("run", file, "-o", output, emulator=emulator)
    known = batchproof("status", f"{output}.db")
    again = batchproof("run", file, "-o", output, emulator=emulator)

    assert (first.exit_code, known.exit_code, again.exit_code) == (3, 3, 2)
    assert "origin" in first.output
    assert "--resume" in again.output
    assert not output.exists()
    assert "submitted, requests: 1" in known.output
    batchproof("run", file, "-o", output, "--resume", emulator=emulator)
    assert batches(emulator) == 1


def test_a_finished_run_is_resumed_to_the_same_output_without_a_call(tmp_path: Path) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("a", "hi")]), tmp_path / "out.jsonl"
    batchproof("run", file, "-o", output)
    before = output.read_bytes()

    nobody = LocalEmulator(named_scenario("flaky-network"))
    ran = batchproof("run", file, "-o", output, "--resume", emulator=nobody)

    assert ran.exit_code == 0, ran.output
    assert output.read_bytes() == before
    assert batches(nobody) == 0


def test_requests_that_are_no_longer_the_same_are_not_mixed_with_the_journals(tmp_path: Path) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("a", "hi")]), tmp_path / "out.jsonl"
    batchproof("run", file, "-o", output)
    written(file, [entry("b", "hi")])

    ran = batchproof("run", file, "-o", output, "--resume")

    assert ran.exit_code == 2
    assert "of other requests" in ran.output


def test_results_are_written_by_key_from_the_journal_alone(tmp_path: Path) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("ü", "hi"), entry("b", "hi")]), tmp_path / "out"
    batchproof("run", file, "-o", output)

    ran = batchproof("results", f"{output}.db", "-o", tmp_path / "by-key.jsonl")

    assert ran.exit_code == 0, ran.output
    assert [(line["custom_id"], answer(line)) for line in lines(tmp_path / "by-key.jsonl")] == [
        ("ü", "hi"), ("b", "hi"),
    ]  # fmt: skip


def test_cancel_stops_what_is_under_way_and_sends_nothing_more(tmp_path: Path) -> None:
    emulator, journal = LocalEmulator(named_scenario("slow")), tmp_path / "run.db"
    with emulator.intercept():
        from batchclient.sync import BatchClient

        BatchClient().submit([asking("a", "hi"), asking("b", "hi")], journal=journal).close()

    ran = batchproof("cancel", journal, emulator=emulator)

    assert ran.exit_code == 1, ran.output
    assert "canceled   2" in ran.output
    assert batches(emulator) == 1


def test_a_file_that_changes_while_its_batch_runs_is_not_joined_with_answers_to_what_it_was(
    tmp_path: Path,
) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("a", "hi")]), tmp_path / "out.jsonl"

    def change(exchange: Exchange) -> None:
        written(file, [entry("b", "hi")])

    ran = batchproof("run", file, "-o", output, emulator=LocalEmulator(observe=change))

    assert ran.exit_code == 3
    assert "batchproof results" in ran.stderr
    assert not output.exists()


def test_an_interrupted_run_leaves_its_batch_and_says_how_to_resume(tmp_path: Path) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("a", "hi")]), tmp_path / "out.jsonl"
    arguments = ("run", str(file), "-o", str(output))
    with serving("--quiet") as server:
        env = {"ANTHROPIC_BASE_URL": server.url}
        outside = Anthropic(base_url=server.url, api_key="test")
        with subprocess.Popen(
            [*COMMAND, *arguments], env=os.environ | env, stderr=subprocess.PIPE, text=True
        ) as ran:
            while not list(outside.messages.batches.list()):
                assert ran.poll() is None
            ran.send_signal(signal.SIGINT)
            said = ran.communicate(timeout=30)[1]
        made = [batch.id for batch in outside.messages.batches.list()]

    assert ran.returncode == 130
    assert "Resume with the journal" in said
    assert "Traceback" not in said
    assert len(made) == 1
    assert not output.exists()


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


def test_a_missing_credential_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi")])

    ran = run("run", str(file), "-o", str(tmp_path / "out"), env={"ANTHROPIC_API_KEY": ""})

    assert ran.returncode == 2
    assert "set ANTHROPIC_API_KEY" in ran.stderr
