"""``batchproof run`` and what goes with it: files in, files out, and an exit code that tells how it went.

The commands run in this process against an emulator on coupled time, so they wait as ever and it takes no time.
"""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from anthropic import Anthropic

from batchmock.exchanges.exchange import Exchange
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenarios.files import named_scenario
from tests.clients.commands import PROMPTS, answer, batches, batchproof, entry, lines, written
from tests.clients.world import NO_MODEL, asking
from tests.programs import COMMAND, run, serving

pytestmark = pytest.mark.usefixtures("key")


def test_answers_stand_in_the_order_of_the_requests_beside_the_fields_they_came_with(tmp_path: Path) -> None:
    rows = [entry(f"ü {n}", f"say {n}", note={"n": n, "x": 1.50}) for n in range(30)]
    output = tmp_path / "out.jsonl"

    ran = batchproof("run", written(tmp_path / "in.jsonl", rows), "-o", output)

    assert ran.exit_code == 0, ran.output
    assert [{name: line[name] for name in rows[0]} for line in lines(output)] == rows
    assert [answer(line) for line in lines(output)] == [f"say {n}" for n in range(30)]


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
    assert "may cost up to $0.000" in ran.stderr
    assert "--max-cost is $0.000001;" in ran.stderr
    assert "budget" not in ran.stderr
    assert batches(emulator) == 0
    assert not (tmp_path / "out.jsonl.db").exists()


def test_what_has_no_price_has_no_bound_and_is_said_to(tmp_path: Path) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi"), entry("b", "hi", "claude-hiku")])

    told = batchproof("run", file, "--dry-run")
    held = batchproof("run", file, "--dry-run", "--max-cost", "1")
    alone = batchproof("run", written(file, [entry("b", "hi", "claude-hiku")]), "--dry-run")

    assert (told.exit_code, held.exit_code) == (0, 2)
    rows = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert rows[-3:-1] == ["cost, at most no bound is known", "- no price known claude-hiku, requests: 1"]
    assert rows[-1].startswith("- the others $0.0")
    assert "$" not in alone.stdout
    assert held.stderr.startswith("batchproof: there is no price for claude-hiku, so --max-cost cannot be held;")


def test_options_that_would_change_nothing_are_refused(tmp_path: Path) -> None:
    file, emulator = written(tmp_path / "in.jsonl", [entry("a", "hi")]), LocalEmulator()

    both = batchproof("run", file, "--dry-run", "--resume")
    model = batchproof("run", file, "--model", "foo", "--dry-run")
    sent = batchproof(
        "run", file, "--max-tokens", "1024", "--key", "id", "-o", tmp_path / "out", emulator=emulator
    )

    assert [(ran.exit_code, ran.stderr.count("\n")) for ran in (both, model, sent)] == [(2, 1)] * 3
    assert "leave one out" in both.stderr
    assert "--model would change nothing: all requests in" in model.stderr
    assert "--key and --max-tokens would change nothing" in sent.stderr
    assert batches(emulator) == 0
    assert not (tmp_path / "out.db").exists()


def test_a_file_of_prompts_and_requests_takes_the_options_of_prompts(tmp_path: Path) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi"), {"key": "b", "prompt": "hi"}])

    assert batchproof("run", file, *PROMPTS, "--dry-run").exit_code == 0


def test_a_base_url_with_the_version_in_it_is_told_with_the_url_that_was_asked(tmp_path: Path, url: str) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi")])

    ran = run("run", str(file), "-o", str(tmp_path / "out"), env={"ANTHROPIC_BASE_URL": f"{url}/v1"})

    assert ran.returncode == 3
    assert f"no such call: GET {url}/v1/v1/messages/batches; the SDK adds /v1" in ran.stderr


def test_a_refused_credential_is_told_once(tmp_path: Path) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi")])

    with serving("--quiet", "--strict-keys", "--key", "another") as server:
        ran = run("run", str(file), "-o", str(tmp_path / "out"), env={"ANTHROPIC_BASE_URL": server.url})

    assert ran.returncode == 3
    assert ran.stderr.count("401 authentication_error") == 1
    assert ran.stderr.count("\n") == 1


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


def test_a_run_against_nobody_says_so_at_once(tmp_path: Path) -> None:
    file, output = written(tmp_path / "in.jsonl", [entry("a", "hi")]), tmp_path / "out.jsonl"
    env = os.environ | {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}
    with subprocess.Popen(
        [*COMMAND, "run", str(file), "-o", str(output)], env=env, stderr=subprocess.PIPE, text=True
    ) as ran:
        assert ran.stderr is not None
        told = ran.stderr.readline()
        ran.send_signal(signal.SIGINT)
        rest = ran.communicate(timeout=30)[1]

    assert "cannot reach http://127.0.0.1:1: connection refused; trying again" in told
    assert "Batches that go on: none\n" in rest


def test_a_missing_credential_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi")])

    ran = run("run", str(file), "-o", str(tmp_path / "out"), env={"ANTHROPIC_API_KEY": ""})

    assert ran.returncode == 2
    assert "set ANTHROPIC_API_KEY" in ran.stderr
