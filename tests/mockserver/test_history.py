"""The history: what every exchange was, in the order they came, and never a credential."""

import gc
import json
import re
import tracemalloc
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from batchmock.clock import ClockSetting
from batchmock.errors import UsageError
from batchmock.exchanges.record import FaultSeen
from batchmock.faults import Answer, Close, Patch, Reset
from batchmock.limits import RateLimits
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES, MANUAL, START, App, request, scope
from tests.programs import run, serving

NOW = "2026-09-21T14:13:20.000000+00:00"
SDK = {
    "user-agent": "Anthropic/Python 2.12.0",
    "x-stainless-lang": "python",
    "x-stainless-retry-count": "2",
    "idempotency-key": "stainless-1",
    "accept-encoding": "identity",
}


def digest_of(key: str) -> str:
    return blake2b(key.encode(), digest_size=16).hexdigest()[:8]


def test_an_exchange_is_told_from_request_to_response() -> None:
    app = App()
    batch_id = app.create("a", "b", headers=SDK)
    body = json.dumps({"requests": [request("a"), request("b")]}).encode()

    (told,) = app.history()

    request_id, real = told.pop("request_id"), told.pop("real")
    assert re.fullmatch("req_011C[a-zA-Z0-9]{20}", request_id)
    assert real == {"at": "2001-09-09T01:46:40.001000+00:00", "latency_ms": 1.0}
    sent = told.pop("response_bytes")
    assert sent > 300
    assert told == {
        "sequence": 1,
        "workspace_id": app("GET", BATCHES)[1]["anthropic-workspace-id"],
        "now": NOW,
        "method": "POST",
        "path": BATCHES,
        "query": "",
        "operation": "create",
        "batch_id": batch_id,
        "credentials": [{"header": "x-api-key", "digest": digest_of("k")}],
        "retry_count": 2,
        "request_headers": {"anthropic-version": "2023-06-01"} | SDK,
        "request_body": {"bytes": len(body), "sha256": sha256(body).hexdigest()},
        "requests": 2,
        "status": 200,
        "response_headers": {"content-type": "application/json"},
        "is_complete": True,
        "is_over": True,
        "faults": [],
        "faults_without_effect": [],
    }


def test_every_operation_has_its_name_and_its_batch() -> None:
    app = App()
    batch_id = app.create("a")
    app("POST", f"{BATCHES}/{batch_id}/cancel")
    app("POST", "/_emulator/clock/advance", {"by": "24h"})
    app("GET", f"{BATCHES}/{batch_id}")
    app("GET", f"{BATCHES}/{batch_id}/results")
    app("GET", f"{BATCHES}?limit=3")
    app("DELETE", f"{BATCHES}/{batch_id}")
    app("POST", "/v1/messages", request("a")["params"])
    counted = {name: value for name, value in request("a")["params"].items() if name != "max_tokens"}
    app("POST", "/v1/messages/count_tokens", counted)
    app("GET", "/v1/models")
    app("GET", "/v1/models/claude-haiku-4-5")

    history = app.history()

    assert [(told["operation"], told["batch_id"], told["status"]) for told in history] == [
        ("create", batch_id, 200),
        ("cancel", batch_id, 200),
        ("retrieve", batch_id, 200),
        ("results", batch_id, 200),
        ("list", None, 200),
        ("delete", batch_id, 200),
        ("messages", None, 200),
        ("count_tokens", None, 200),
        ("list_models", None, 200),
        ("retrieve_model", None, 200),
    ]
    assert history[4]["query"] == "limit=3"
    assert [told["now"][8:10] for told in history] == ["21", "21", *["22"] * 8]


def test_refusals_are_told_too_with_what_clients_go_by() -> None:
    app = App(
        Settings(clock=MANUAL, start=START, scenario=Scenario(limits=RateLimits(http_requests_per_minute=1)))
    )
    app("GET", BATCHES)
    app("GET", BATCHES)
    app("GET", BATCHES, headers={"anthropic-version": "1999-01-01"})
    app("POST", BATCHES, b"[")

    _, limited, version, broken = app.history()

    assert (limited["status"], limited["response_headers"]["retry-after"]) == (429, "60")
    assert (version["status"], version["operation"]) == (400, "list")
    assert (broken["status"], broken["request_body"], broken["requests"]) == (429, None, None)


def test_the_control_plane_is_in_no_history() -> None:
    app = App()
    for path in ("clock", "history", "scenario", "batches", "nowhere"):
        app("GET", f"/_emulator/{path}")

    assert app.history() == []
    assert app.ask("GET", "/_emulator/history/unclaimed")["exchanges"] == []


def test_exchanges_that_open_no_workspace_are_told_apart() -> None:
    app = App(Settings(clock=MANUAL, start=START, keys={"k": "team"}, strict_keys=True))
    app("GET", BATCHES, headers={"x-api-key": "wrong"})
    app("GET", BATCHES, headers={"x-api-key": ""})
    app("PUT", BATCHES)
    app("GET", "/v1/v1/messages/batches")

    unclaimed = app.ask("GET", "/_emulator/history/unclaimed")["exchanges"]

    assert [(told["status"], told["operation"], told["workspace_id"]) for told in unclaimed] == [
        (401, "list", None),
        (401, "list", None),
        (405, None, None),
        (404, None, None),
    ]
    assert unclaimed[0]["credentials"] == [{"header": "x-api-key", "digest": digest_of("wrong")}]
    assert unclaimed[1]["credentials"] == []
    assert unclaimed[3]["path"] == "/v1/v1/messages/batches"
    assert app.history() == []


def test_pages_follow_each_other_and_filters_narrow_them() -> None:
    app = App()
    first, second = app.create("a"), app.create("b")
    for _ in range(3):
        app("GET", f"{BATCHES}/{first}")
    app("GET", f"{BATCHES}/{second}")
    app("GET", f"{BATCHES}/msgbatch_none")

    page = app.ask("GET", "/_emulator/history?limit=4")
    rest = app.ask("GET", f"/_emulator/history?after={page['exchanges'][-1]['sequence']}")

    assert (len(page["exchanges"]), page["has_more"]) == (4, True)
    assert (len(rest["exchanges"]), rest["has_more"]) == (3, False)
    assert [told["sequence"] for told in page["exchanges"] + rest["exchanges"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [told["sequence"] for told in app.history(f"batch_id={second}")] == [2, 6]
    assert [told["sequence"] for told in app.history("operation=retrieve&after=4")] == [5, 6, 7]
    assert [told["sequence"] for told in app.history("status=404")] == [7]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("operation=poll", "operation: Invalid enum value 'poll'"),
        ("limit=0", "limit: Expected `int` >= 1"),
        ("limit=1001", "limit: Expected `int` <= 1000"),
        ("after=x", "after: Input should be a valid integer"),
        ("since=3", "since: Extra inputs are not permitted"),
        ("real=maybe", "real: Input should be a valid boolean"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(query: str, message: str) -> None:
    status, _, body = App()("GET", f"/_emulator/history?{query}")

    assert status == 400
    assert json.loads(body)["error"]["message"].startswith(message)


def test_lines_say_the_same_as_pages() -> None:
    app = App()
    for name in "abc":
        app.create(name)

    status, headers, body = app("GET", "/_emulator/history.jsonl?after=1")

    assert (status, headers["content-type"]) == (200, "application/x-jsonl")
    assert [json.loads(line) for line in body.splitlines()] == app.history("after=1")


def test_what_is_cleared_is_gone_and_numbers_go_on() -> None:
    app = App()
    app.create("a")
    app.create("b")

    assert app.ask("DELETE", "/_emulator/history") == {"cleared": 2}
    app.create("c")

    page = app.ask("GET", "/_emulator/history")
    assert [told["sequence"] for told in page["exchanges"]] == [3]
    assert page["dropped"] == 0


def test_memory_is_bounded_and_what_was_dropped_is_counted() -> None:
    app = App(Settings(clock=MANUAL, start=START, exchanges_kept_max=10))
    for _ in range(25):
        app("GET", BATCHES)

    page = app.ask("GET", "/_emulator/history")

    assert [told["sequence"] for told in page["exchanges"]] == list(range(16, 26))
    assert page["dropped"] == 15


def test_no_history_grows_with_what_clients_send() -> None:
    app = App(Settings(clock=MANUAL, start=START, exchanges_kept_max=20))
    huge = {"user-agent": "x" * 200_000, "x-stainless-lang": "y" * 200_000, "x-own": "z" * 200_000}

    def ask() -> None:
        for _ in range(20):
            app("GET", f"{BATCHES}/{'b' * 200_000}?{'q' * 200_000}", headers=huge)
            app("POST", BATCHES, b" " * 2_000_000)

    ask()
    gc.collect()
    tracemalloc.start()
    ask()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # One large body may wait for its digest.
    assert held < 3_000_000
    assert len(app.history()) == 20


def test_an_exchange_under_way_is_told_as_such_and_one_that_is_cut_says_so() -> None:
    app = App()
    app.create(*[f"r{number}" for number in range(2_000)])
    batch_id = app.history()[0]["batch_id"]
    app("POST", "/_emulator/clock/advance", {"by": "24h"})
    seen: list[dict[str, Any]] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        if message.get("more_body"):
            seen.extend(app.history("operation=results"))
            raise ConnectionResetError

    headers = {"host": "here", "x-api-key": "k", "anthropic-version": "2023-06-01"}
    exchange = app.asgi(scope("GET", f"{BATCHES}/{batch_id}/results", headers), receive, send)
    with pytest.raises(ConnectionResetError):
        next(iter(exchange.__await__()))

    (cut,) = app.history("operation=results")
    assert (seen[0]["status"], seen[0]["is_complete"], seen[0]["is_over"]) == (200, False, False)
    assert (cut["status"], cut["is_complete"], cut["is_over"]) == (200, False, True)
    assert 0 < cut["response_bytes"] < 200_000


def test_a_client_that_leaves_while_it_sends_is_told_without_a_status() -> None:
    app = App()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError("there is nobody to send to")

    headers = {"host": "here", "x-api-key": "k", "anthropic-version": "2023-06-01"}
    with pytest.raises(StopIteration):
        next(iter(app.asgi(scope("POST", BATCHES, headers), receive, send).__await__()))

    (told,) = app.history()
    assert (told["status"], told["is_complete"], told["is_over"], told["request_body"]) == (
        None,
        False,
        True,
        None,
    )


# The end is what nothing that may be told has in it by chance.
keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=100).map(lambda key: f"{key}~secret~")


@settings(max_examples=200, deadline=None)
@given(key=keys, token=keys, stray=st.from_regex(r"\Ask-ant-[A-Za-z0-9_-]{20,60}\Z"))
def test_no_credential_is_ever_told(key: str, token: str, stray: str) -> None:
    app = App(Settings(clock=MANUAL, start=START, keys={"k": "one"}))
    headers = {"x-api-key": key, "authorization": f"Bearer {token}", "cookie": token, "x-own": key}
    app("GET", f"{BATCHES}?key={stray}", headers=headers | {"user-agent": stray})
    app("GET", f"{BATCHES}/{stray}", headers=headers)
    app("GET", "/nowhere", headers=headers)
    app("GET", "/nowhere", headers={"authorization": f"Basic {token}"})

    asked = ("history", "history.jsonl", "history/unclaimed", "scenario", "batches", "clock")
    told = b"".join(app("GET", f"/_emulator/{path}", headers=headers)[2] for path in asked)
    told += app("POST", "/_emulator/snapshot", headers=headers)[2]

    for secret in (key, token, stray):
        assert json.dumps(secret)[1:-1].encode() not in told
    credentials = app.ask("GET", "/_emulator/history", headers=headers)["exchanges"][0]["credentials"]
    assert credentials == [
        {"header": "x-api-key", "digest": digest_of(key)},
        {"header": "authorization", "digest": digest_of(token)},
    ]


def test_ids_and_histories_of_a_workspace_depend_on_nobody_elses_calls() -> None:
    alone, crowded = App(), App()
    alone.create("a")
    crowded("GET", BATCHES, headers={"x-api-key": "other"})
    crowded("GET", "/_emulator/clock")
    crowded("GET", "/nowhere")
    crowded.create("a")

    assert alone.history("real=false") == crowded.history("real=false")


def test_a_refused_create_has_no_batch_whatever_was_created_before() -> None:
    app = App()
    app.create("a")
    app("POST", BATCHES, {"requests": []})

    created, refused = app.history()

    assert created["batch_id"] is not None
    assert (refused["status"], refused["batch_id"], refused["requests"]) == (400, None, None)


def test_what_faults_did_is_told_and_what_they_could_not_do() -> None:
    faults = (
        Answer(on=("create",), status=529, when="after", calls=(1,)),
        Patch(on=("retrieve",), drop=("created_at",)),
        Close(on=("retrieve",), after_bytes=1_000_000),
    )
    settings = Settings(clock=ClockSetting(mode="manual"), scenario=Scenario(faults=faults))
    with running(settings) as url, httpx2.Client(base_url=url, headers=HEADERS) as client:
        lost = client.post(BATCHES, json={"requests": [request("a")]})
        emulator = RemoteEmulator(url, HEADERS["x-api-key"])
        (batch,) = emulator.batches()
        client.get(f"{BATCHES}/{batch.id}")
        create, poll = emulator.history()

    assert lost.status_code == create.status == 529
    assert (create.faults, create.faults_without_effect) == (("answer",), ())
    assert (create.batch_id, create.requests) == (batch.id, 1)
    assert (poll.faults, poll.faults_without_effect) == (("patch", "close"), (FaultSeen(2, "close"),))
    assert (poll.is_complete, poll.is_over) == (True, True)


def test_a_body_that_a_fault_cuts_is_told_to_the_byte() -> None:
    scenario = Scenario(faults=(Reset(on=("list",), after_bytes=7),))
    with (
        running(Settings(clock=ClockSetting(mode="manual"), scenario=scenario)) as url,
        httpx2.Client(base_url=url, headers=HEADERS) as client,
    ):
        with pytest.raises(httpx2.TransportError):
            client.get(BATCHES)
        (cut,) = RemoteEmulator(url, HEADERS["x-api-key"]).history()

    assert (cut.status, cut.response_bytes, cut.is_complete, cut.is_over) == (200, 7, False, True)
    assert cut.faults == ("reset",)


def test_reset_starts_the_history_anew() -> None:
    app = App()
    app.create("a")
    before = app.history("real=false")

    app("POST", "/_emulator/reset")
    assert app.history() == []
    app.create("a")

    assert app.history("real=false") == before


def test_the_digest_of_a_large_body_is_that_of_its_bytes() -> None:
    app = App()
    body = json.dumps({"requests": [request("a" * 64)] * 20_000}).encode()
    app("POST", BATCHES, body)
    app("POST", BATCHES, body + b" ")

    digests = [told["request_body"] for told in app.history()]

    assert digests == [{"bytes": len(sent), "sha256": sha256(sent).hexdigest()} for sent in (body, body + b" ")]


HEADERS = {"x-api-key": "sk-ant-secret", "anthropic-version": "2023-06-01"}


def a_day_on(url: str) -> tuple[str, str]:
    """Live through a day; return the history without real time, and the truth."""
    with httpx2.Client(base_url=url, headers=HEADERS) as client:
        created = client.post(BATCHES, json={"requests": [request(name) for name in "abcdefgh"]}).json()
        client.get(f"{BATCHES}/{created['id']}")
        client.post("/_emulator/clock/advance", json={"by": "24h"})
        client.get(f"{BATCHES}/{created['id']}/results", headers={"accept-encoding": "gzip"})
        client.get("/v1/messages/batches", params={"limit": "0"})
        history = client.get("/_emulator/history.jsonl", params={"real": "false"}).text
        return history, client.get(f"/_emulator/batches/{created['id']}/plan").text


def test_a_server_writes_its_history_to_a_file_as_it_happens(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text("kept\n")
    with serving("--clock", "manual", "--history", str(file), "--quiet") as server:
        a_day_on(server.url)
        httpx2.get(f"{server.url}/nowhere")
        kept, *lines = file.read_text().splitlines()
        page: Any = httpx2.get(f"{server.url}/_emulator/history", headers=HEADERS).json()

    assert kept == "kept"
    told = [json.loads(line) for line in lines]
    assert told[:-1] == page["exchanges"]
    assert (told[-1]["path"], told[-1]["workspace_id"]) == ("/nowhere", None)
    assert "sk-ant-secret" not in file.read_text()


def test_a_history_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "file"

    ended = run("serve", "--port", "0", "--history", str(missing))

    assert (ended.returncode, ended.stderr) == (
        2,
        f"batchproof: cannot write the history {missing}: No such file or directory\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_disk_that_fills_up_ends_the_file_and_not_the_server() -> None:
    with serving("--history", "/dev/full", "--quiet") as server:
        for _ in range(3):
            assert httpx2.get(f"{server.url}{BATCHES}", headers=HEADERS).status_code == 200
        _, lines = server.stop()

    assert lines == [
        "batchproof: cannot write the history /dev/full any more: No space left on device; it ends here"
    ]


def test_fewer_than_one_exchange_cannot_be_kept() -> None:
    with pytest.raises(UsageError, match="exchanges kept is 0; it is at least 1"):
        Settings(exchanges_kept_max=0)
