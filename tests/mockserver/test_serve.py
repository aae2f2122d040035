"""``batchproof serve`` as a user meets it: what it says, how it stops, and what it makes of mistakes."""

import json
import signal
from pathlib import Path

import httpx2
import pytest

from tests.programs import run, serving

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}


def test_it_says_what_to_paste_and_answers_there() -> None:
    with serving() as server:
        assert server.greeting[0].startswith(f"batchproof serves the Message Batches API on {server.url}")
        assert server.greeting[1] == f"  export ANTHROPIC_BASE_URL={server.url} ANTHROPIC_API_KEY=test"
        assert httpx2.get(f"{server.url}/_emulator/health").json()["status"] == "ok"


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT], ids=lambda wish: wish.name)
def test_it_stops_when_asked_and_leaves_no_error(wish: signal.Signals) -> None:
    with serving() as server:
        assert server.stop(wish) == (0, [])


def test_it_writes_a_quiet_line_for_each_request() -> None:
    with serving("--clock", "manual", "--start", "2026-01-31T09:00:00Z") as server:
        httpx2.get(f"{server.url}/v1/messages/batches?limit=3", headers=HEADERS)
        httpx2.get(f"{server.url}/v1/no%1b%5B2Jwhere")
        _, lines = server.stop()

    assert lines == [
        "GET /v1/messages/batches 200 at 2026-01-31T09:00:00.000000+00:00",
        r"GET /v1/no\x1b[2Jwhere 404 at 2026-01-31T09:00:00.000000+00:00",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_with_json_every_line_is_json_and_the_first_tells_the_url() -> None:
    with serving("--json", "--clock", "manual", "--seed", "7", "--history", "/dev/full") as server:
        httpx2.get(f"{server.url}/v1/messages/batches", headers=HEADERS)
        _, lines = server.stop()

    assert [json.loads(line) for line in server.greeting] == [
        {"listening": server.url, "clock": "manual", "seed": 7, "is_for_this_machine_only": True}
    ]
    exchange, complaint = sorted((json.loads(line) for line in lines), key=len, reverse=True)
    assert exchange["path"] == "/v1/messages/batches"
    assert complaint["complaint"].startswith("cannot write the history /dev/full any more")


def test_json_lines_tell_more_but_never_the_credential() -> None:
    with serving("--json") as server:
        response = httpx2.get(f"{server.url}/v1/messages/batches", headers=HEADERS | {"x-api-key": "sk-secret"})
        _, lines = server.stop()

    told = json.loads(lines[0])
    assert told["request_id"] == response.headers["request-id"]
    assert told["workspace_id"] == response.headers["anthropic-workspace-id"]
    assert told["sent_bytes"] == len(response.content)
    assert "sk-secret" not in "".join(lines)


@pytest.mark.parametrize("kind", ["--verbose", "--json"])
def test_a_key_that_stands_in_a_path_is_cut_short_in_the_log(kind: str) -> None:
    with serving(kind) as server:
        httpx2.get(f"{server.url}/v1/messages/batches/sk-ant-api03-secret{'x' * 300}/results", headers=HEADERS)
        _, lines = server.stop()

    assert "/v1/messages/batches/sk-ant-…/results" in lines[0]
    assert "secret" not in lines[0]


def test_quiet_says_nothing_after_the_greeting() -> None:
    with serving("--quiet") as server:
        httpx2.get(f"{server.url}/v1/messages/batches", headers=HEADERS)
        assert server.stop() == (0, [])


def test_the_ready_file_holds_the_base_url_once_it_is_reachable(tmp_path: Path) -> None:
    ready = tmp_path / "url"
    with serving("--ready-file", str(ready)) as server:
        httpx2.get(f"{server.url}/_emulator/health")
        assert ready.read_text() == f"{server.url}\n"
        assert list(tmp_path.iterdir()) == [ready]


def test_the_ready_file_has_the_mode_that_files_have(tmp_path: Path) -> None:
    ready, plain = tmp_path / "url", tmp_path / "plain"
    plain.touch()
    with serving("--ready-file", str(ready)):
        assert ready.stat().st_mode == plain.stat().st_mode


def test_a_ready_file_of_an_earlier_run_is_gone_before_the_server_can_be_reached(tmp_path: Path) -> None:
    ready = tmp_path / "url"
    ready.write_text("http://127.0.0.1:1\n")
    with serving() as other:
        ended = run("serve", "--port", other.url.rsplit(":", 1)[1], "--ready-file", str(ready))

    assert ended.returncode == 2
    assert not ready.exists()


@pytest.mark.parametrize("name", [".", ""], ids=["a folder", "nothing"])
def test_a_ready_file_that_cannot_be_one_leaves_no_draft_behind(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    ended = run("serve", "--port", "0", "--ready-file", name, cwd=folder)

    assert ended.returncode == 2
    assert ended.stderr == "batchproof: cannot write the ready file .: something that is no file has that name\n"
    assert [*tmp_path.iterdir(), *folder.iterdir()] == [folder]


def test_the_same_seed_gives_the_same_ids_and_results(tmp_path: Path) -> None:
    told: list[str] = []
    for seed in ("7", "7", "8"):
        with serving("--clock", "manual", "--seed", seed, "--start", "2026-01-31T09:00:00Z") as server:
            told.append(a_day_of(server.url).replace(server.url, ""))

    assert told[0] == told[1] != told[2]


def a_day_of(url: str) -> str:
    """Return every byte a client sees of one batch."""
    params = {"model": "claude-opus-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
    requests = [{"custom_id": name, "params": params} for name in "abcdef"]
    created = httpx2.post(f"{url}/v1/messages/batches", headers=HEADERS, json={"requests": requests})
    httpx2.post(f"{url}/_emulator/clock/advance", headers=HEADERS, json={"by": "24h"}).raise_for_status()
    ended = httpx2.get(f"{url}/v1/messages/batches/{created.json()['id']}", headers=HEADERS)
    results = httpx2.get(ended.json()["results_url"], headers=HEADERS)
    headers = [str(sorted(response.headers.items())) for response in (created, ended, results)]
    return "\n".join([created.text, ended.text, results.text, *headers])


def test_answers_can_come_from_a_file(tmp_path: Path) -> None:
    canned = tmp_path / "answers.jsonl"
    canned.write_text("".join(f'{{"custom_id":"{name}","text":"Lima."}}\n' for name in "abcdef"))
    with serving("--clock", "manual", "--canned", str(canned), "--scenario", "half-expired") as server:
        day = a_day_of(server.url)

    assert '"text":"Lima."' in day
    assert '"type":"expired"' in day


def test_options_can_be_set_in_the_environment() -> None:
    with serving(env={"BATCHPROOF_CLOCK": "stepped", "BATCHPROOF_STEP": "90s"}) as server:
        clock = httpx2.get(f"{server.url}/_emulator/clock", headers=HEADERS).json()
        assert (clock["mode"], clock["step"]) == ("stepped", "1m30s")


def test_keys_can_share_a_workspace_and_others_be_refused() -> None:
    with serving("--key", "a=team", "--key", "b=team", "--key", "c", "--strict-keys") as server:

        def workspace(key: str) -> str | None:
            answer = httpx2.get(f"{server.url}/v1/messages/batches", headers=HEADERS | {"x-api-key": key})
            return answer.headers.get("anthropic-workspace-id")

        assert workspace("a") == workspace("b") != workspace("c")
        assert workspace("d") is None


def test_models_can_be_added_with_their_ceilings() -> None:
    with serving(
        "--model", "claude-of-tomorrow:64", "--model", "gateway/claude:eu:8", "--model", "plain"
    ) as server:

        def ceiling(name: str) -> int:
            return httpx2.get(f"{server.url}/v1/models/{name}", headers=HEADERS).json()["max_tokens"]

        assert [ceiling(name) for name in ("claude-of-tomorrow", "gateway/claude:eu", "plain")] == [64, 8, 128_000]


def test_limits_and_switches_can_be_set_one_by_one_upon_a_scenario() -> None:
    options = ["--scenario", "smallest-tier", "--queue", "1", "--switch", "cancel_of_ended=ignore"]
    with serving(*options, "--switch", "retry_after=absent") as server:
        batches = f"{server.url}/v1/messages/batches"
        requests: list[object] = [{"custom_id": name, "params": {}} for name in "ab"]
        response = httpx2.post(batches, headers=HEADERS, json={"requests": requests})

    assert response.status_code == 429
    assert "retry-after" not in response.headers
    assert response.headers["anthropic-ratelimit-requests-limit"] == "50"


MISTAKES: list[tuple[list[str], str]] = [
    (["--speed", "0"], "speed is 0; it is more than 0"),
    (["--clock", "manual", "--speed", "7"], "--speed is for --clock scaled; the clock is manual"),
    (["--step", "5m"], "--step is for --clock stepped or coupled; the clock is scaled"),
    (["--speed", "fast"], "'fast' is not a valid float"),
    (["--step", "10 minutes"], "'10 minutes' is not a duration; write it as 500ms, 90s"),
    (["--start", "tomorrow"], "'tomorrow' is not an instant; write it as 2026-01-31T09:00:00Z"),
    (["--clock", "sundial"], "'sundial' is not one of 'manual', 'scaled', 'stepped', 'wall'"),
    (["--port", "70000"], "70000 is not in the range 0<=x<=65535"),
    (["--key", "=x"], "--key '=x' names no key"),
    (["--model", "claude:many"], "--model 'claude:many' is neither ID nor ID:MAX_TOKENS"),
    (["--model", ":5"], "--model ':5' is neither ID nor ID:MAX_TOKENS"),
    (["--model", ""], "a model has no id; write it as claude-of-tomorrow"),
    (["--model", "claude-x:0"], "model claude-x: max_tokens is 0; it is at least 1"),
    (["--model", "claude-x", "--model", "claude-x:5"], "model claude-x is added twice"),
    (["--strict-keys"], "strict keys without any key"),
    (["--rpm", "0"], "limits: http_requests_per_minute is 0; it is at least 1"),
    (["--tier", "gold"], "'gold' is not one of 'start', 'build', 'scale'"),
    (["--switch", "timestamps"], "--switch 'timestamps' says no value; write it as NAME=VALUE"),
    (["--switch", "timestamp=z"], "switches.timestamp: there is no such key; did you mean 'timestamps'?"),
    (["--switch", "timestamps=Z"], "switches.timestamps: 'Z' is not one of them; it is one of offset, z"),
    (["--public-url", "example"], "does not start with http:// or https://"),
    (["--host", "256.1.1.1"], "cannot listen on 256.1.1.1"),
    (["--host", "a..b"], "cannot listen on a..b: that is no host name"),
    (["--host", ".foo"], "cannot listen on .foo: that is no host name"),
    (["--host", "a" * 64], f"cannot listen on {'a' * 64}: that is no host name"),
    (["--host", ""], "the host to listen on is empty; name one, such as 127.0.0.1"),
    (["--quiet", "--json"], "--quiet and --json"),
    (["--canned", "/nowhere.jsonl"], "cannot read the canned answers in /nowhere.jsonl: No such file"),
    (["--clok", "wall"], "No such option '--clok'"),
    (["--port", "0", "--ready-file", "/nowhere/at/all"], "cannot write the ready file /nowhere/at/all"),
]


@pytest.mark.parametrize(("arguments", "said"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_gets_one_line_and_exit_code_2(arguments: list[str], said: str) -> None:
    ended = run("serve", *arguments)

    assert ended.returncode == 2
    assert said in ended.stderr
    assert [line.startswith("batchproof: ") for line in ended.stderr.splitlines()] == [True]


def test_a_port_in_use_is_said_plainly() -> None:
    with serving() as server:
        port = server.url.rsplit(":", 1)[1]
        ended = run("serve", "--port", port)

    assert ended.returncode == 2
    assert ended.stderr == (
        f"batchproof: port {port} on 127.0.0.1 is already in use; choose another with --port, "
        "or --port 0 for a free one\n"
    )


def test_listening_beyond_this_machine_is_said() -> None:
    with serving("--host", "0.0.0.0") as server:
        assert server.greeting[0].startswith("batchproof listens on 0.0.0.0: other machines can reach it")
        assert server.url.startswith("http://127.0.0.1:")


def test_help_teaches_what_to_do() -> None:
    told = run("serve", "--help").stdout

    for word in ("ANTHROPIC_BASE_URL", "--clock stepped", "/_emulator/clock/advance", "BATCHPROOF_PORT"):
        assert word in told
