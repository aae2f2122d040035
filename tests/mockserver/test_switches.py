"""Every switch, each way: what a client sees of it over a socket."""

import gzip
import json
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchmock.faults import Answer, Lines
from batchmock.http.unknown_keys import with_unknown_keys
from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.scenarios.document import read_toml, write_toml
from batchmock.scenarios.files import named_scenario
from batchmock.switches import Lag, Switches
from batchmock.times import HOUR, MINUTE, SECOND
from tests.mockserver.facts.page import facts
from tests.mockserver.facts.room import (
    BATCHES,
    LONG_RUNNING,
    UNKNOWN,
    Json,
    Room,
    announced,
    asked,
    many,
    refusal,
    room_with,
)
from tests.mockserver.test_fuzz import bodies

PAGE = Path(__file__).parents[2] / "docs" / "switches.md"
FIELDS = get_type_hints(Switches)
CHOICES = {name: get_args(kind) for name, kind in FIELDS.items() if get_origin(kind) is Literal}
LAGS = {name for name, kind in FIELDS.items() if kind is Lag}
# What the emulator settles one way, as an error's exact words or a number of long ago tempt no client.
SETTLED = {"ambiguity-8", "ambiguity-10", "ambiguity-11"}

Look = Callable[[Room], object]


def switched(*, limits: RateLimits | None = None, **switches: Any) -> Scenario:
    return Scenario(limits=limits or RateLimits(), switches=Switches(**switches))


def without_version(room: Room) -> object:
    response = room.client.post(BATCHES, headers={"x-api-key": "test"}, json={"requests": many(1)})
    return response.status_code


def with_extra_keys(room: Room) -> object:
    response = room.post({"requests": [asked("a") | {"priority": 3}], "metadata": {}})
    return response.status_code


def packed(room: Room) -> object:
    body = gzip.compress(json.dumps({"requests": many(2)}).encode())
    response = room.call("POST", headers={"content-encoding": "gzip"}, content=body)
    return response.json().get("request_counts", {}).get("processing")


def more_than_256_million_bytes(room: Room) -> object:
    return [announced(room, size).split()[1] for size in (256_000_001, 268_435_456, 268_435_457)]


def a_batch_too_many(room: Room) -> object:
    room.made(*many(3))
    return room.post({"requests": many(1)}).status_code


def two_cursors(room: Room) -> object:
    oldest, middle, newest = room.made(), room.made(), room.made()
    response = room.call("GET", params={"after_id": newest, "before_id": oldest})
    if response.status_code != 200:
        return refusal(response)[1]
    return [batch["id"] for batch in response.json()["data"]] == [middle, oldest]


def a_cursor_that_is_no_batch(room: Room) -> object:
    room.made()
    responses = [room.call("GET", params={cursor: UNKNOWN}) for cursor in ("after_id", "before_id")]
    return [(response.status_code, response.json().get("data")) for response in responses]


def too_often(room: Room) -> object:
    room.page()
    response = room.call("GET")
    return response.status_code, response.headers.get("retry-after")


def told_of_the_rate(room: Room) -> object:
    batch_id = room.made()
    room.advance("24h")
    responses = [room.call("GET"), room.call("GET", f"/{batch_id}"), room.download(batch_id)]
    return [response.headers.get("anthropic-ratelimit-requests-remaining") for response in responses]


def an_errors_body(room: Room) -> object:
    responses = [room.call("GET", f"/{UNKNOWN}"), room.client.get(BATCHES), room.client.get("/nowhere")]
    return [list(response.json()) for response in responses]


def the_edges_error(room: Room) -> object:
    head = announced(room, 300_000_000).partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 413")
    return [name for name in EVERY_ID if f"\r\n{name}:".encode() in head]


def keys(value: Any) -> Iterator[frozenset[str]]:
    """Yield the keys of each object in a value."""
    if isinstance(value, dict):
        held = cast(Json, value)
        yield frozenset(held)
        value = list(held.values())
    if isinstance(value, list):
        for item in cast(list[object], value):
            yield from keys(item)


def unknown_keys(room: Room) -> object:
    """Return the keys that all objects of all answers have in common."""
    batch_id = room.ended(asked("a"), asked("b", model="claude-none"), asked("c--expired"))
    answers: list[object] = [room.create(), room.batch(batch_id), room.page(), *room.lines(batch_id)]
    answers += [room.call("GET", f"/{UNKNOWN}").json(), room.client.get(BATCHES).json()]
    answers.append(room.call("DELETE", f"/{batch_id}").json())
    first, *others = keys(answers)
    return first.intersection(*others)


def timestamps(room: Room) -> object:
    batch_id = room.made()
    canceled = room.cancel(batch_id)
    room.advance("30d")
    batch = room.batch(batch_id)
    names = ("created_at", "expires_at", "cancel_initiated_at", "ended_at", "archived_at")
    return {re.sub(r"\d", "0", text) for text in [canceled["created_at"], *(batch[name] for name in names)]}


def an_archived_url(room: Room) -> object:
    batch_id = room.ended()
    url = room.batch(batch_id)["results_url"]
    room.advance("30d")
    assert room.download(batch_id).status_code == 404
    return room.batch(batch_id)["results_url"] == url


def a_cancel_too_late(room: Room) -> object:
    batch_id = room.ended()
    before = room.batch(batch_id)
    response = room.call("POST", f"/{batch_id}/cancel")
    assert room.batch(batch_id) == before
    return response.status_code, response.json().get("error", {}).get("type")


def streamed_requests(room: Room) -> object:
    response = room.post({"requests": [asked("a"), asked("b", stream=True), asked("c", max_tokens="x")]})
    if response.status_code == 400:
        return response.json()["error"]["message"]
    room.advance("25h")
    return {name: result["type"] for name, result in room.results(response.json()["id"]).items()}


def an_id(room: Room) -> object:
    batch_id = room.ended()
    assert len(room.lines(batch_id)) > 0
    assert [batch["id"] for batch in room.page()["data"]] == [batch_id]
    prefix = "msgbatch_01" if batch_id.startswith("msgbatch_01") else "bat-"
    return f"{prefix} and {len(batch_id.removeprefix(prefix))} more"


def speedy_requests(room: Room) -> object:
    batch_id = room.ended(asked("a", speed="standard"), asked("b", speed="fast"))
    return {name: result["type"] for name, result in room.results(batch_id).items()}


def headers_of_results(room: Room) -> object:
    batch_id = room.ended()
    headers = room.download(batch_id).headers
    return headers.get("content-type"), headers["content-disposition"].replace(batch_id, "ID")


def three_downloads(room: Room) -> object:
    batch_id = room.ended(*many(50))
    orders = [[line["custom_id"] for line in room.lines(batch_id)] for _ in range(3)]
    assert len({frozenset(order) for order in orders}) == 1
    return len({tuple(order) for order in orders})


STREAMED = "`stream=True` is not supported in the Message Batches API"
NARROW = RateLimits(http_requests_per_minute=1, queued_requests_max=3)
QUEUE = RateLimits(queued_requests_max=3)
EVERY_ID = ["request-id", "anthropic-organization-id", "anthropic-workspace-id"]
SEEN: list[tuple[str, str, Look, object]] = [
    ("version_header", "required", without_version, 400),
    ("version_header", "optional", without_version, 200),
    ("extra_keys", "refuse", with_extra_keys, 400),
    ("extra_keys", "ignore", with_extra_keys, 200),
    ("packed_bodies", "refuse", packed, None),
    ("packed_bodies", "accept", packed, 2),
    ("megabyte", "decimal", more_than_256_million_bytes, [b"413", b"413", b"413"]),
    ("megabyte", "binary", more_than_256_million_bytes, [b"100", b"100", b"413"]),
    ("queue_overflow", "refuse", a_batch_too_many, 429),
    ("queue_overflow", "stall", a_batch_too_many, 200),
    ("both_cursors", "refuse", two_cursors, "invalid_request_error"),
    ("both_cursors", "after_id", two_cursors, True),
    ("unknown_cursor", "not_found", a_cursor_that_is_no_batch, [(404, None), (404, None)]),
    ("unknown_cursor", "empty_page", a_cursor_that_is_no_batch, [(200, []), (200, [])]),
    ("retry_after", "present", too_often, (429, "60")),
    ("retry_after", "absent", too_often, (429, None)),
    ("ratelimit_headers", "absent", told_of_the_rate, [None, None, None]),
    ("ratelimit_headers", "present", told_of_the_rate, ["19999", "19998", "19997"]),
    ("error_request_id", "present", an_errors_body, [["type", "error", "request_id"]] * 3),
    ("error_request_id", "absent", an_errors_body, [["type", "error"]] * 3),
    ("edge_request_id", "present", the_edges_error, EVERY_ID),
    ("edge_request_id", "absent", the_edges_error, []),
    ("unknown_keys", "absent", unknown_keys, set()),
    ("unknown_keys", "present", unknown_keys, {"added_without_notice"}),
    ("timestamps", "offset", timestamps, {"0000-00-00T00:00:00.000000+00:00"}),
    ("timestamps", "z", timestamps, {"0000-00-00T00:00:00.000000Z"}),
    ("archived_results_url", "null", an_archived_url, False),
    ("archived_results_url", "kept", an_archived_url, True),
    ("cancel_of_ended", "refuse", a_cancel_too_late, (400, "invalid_request_error")),
    ("cancel_of_ended", "ignore", a_cancel_too_late, (200, None)),
    ("cancel_of_ended", "conflict", a_cancel_too_late, (409, "conflict_error")),
    (
        "results_headers",
        "current",
        headers_of_results,
        ("application/x-jsonl", "attachment; filename*=utf-8''ID_results.jsonl"),
    ),
    ("results_headers", "early", headers_of_results, (None, 'attachment; filename="ID_results.jsonl"')),
    ("batch_ids", "recorded", an_id, "msgbatch_01 and 22 more"),
    ("batch_ids", "other", an_id, "bat- and 60 more"),
    ("unsupported_params", "row", streamed_requests, {"a": "succeeded", "b": "errored", "c": "errored"}),
    ("unsupported_params", "create", streamed_requests, f"requests.1.params.stream: {STREAMED}"),
    ("speed_parameter", "refuse", speedy_requests, {"a": "errored", "b": "errored"}),
    ("speed_parameter", "accept_standard", speedy_requests, {"a": "succeeded", "b": "errored"}),
    ("later_downloads", "same", three_downloads, 1),
    ("later_downloads", "reshuffled", three_downloads, 3),
]
LIMITS = {"retry_after": NARROW, "queue_overflow": QUEUE}


@pytest.mark.parametrize(("name", "value", "look", "seen"), SEEN, ids=[f"{row[0]}-{row[1]}" for row in SEEN])
def test_a_switch_is_seen_each_way(name: str, value: str, look: Look, seen: object) -> None:
    scenario = switched(limits=LIMITS.get(name), **{name: value})
    with room_with(scenario=scenario) as room:
        assert look(room) == seen


def test_every_value_of_every_switch_is_looked_at() -> None:
    looked_at = {(name, value) for name, value, _, _ in SEEN}
    there_are = {(name, value) for name, values in CHOICES.items() for value in values}

    assert there_are - looked_at == set()
    assert set(CHOICES) | LAGS == set(Switches.__struct_fields__)


@pytest.mark.parametrize("name", CHOICES)
def test_the_default_of_a_switch_comes_first(name: str) -> None:
    assert getattr(Switches(), name) == CHOICES[name][0]


def statuses(ask: Callable[[], Any], times: int) -> list[int]:
    return [ask().status_code for _ in range(times)]


def test_a_new_batch_is_not_found_for_so_many_reads() -> None:
    with room_with(scenario=switched(create_lag=Lag(reads=2))) as room:
        batch_id, other = room.made(), room.made()
        early = room.call("GET", f"/{batch_id}")

        assert refusal(early)[2] == f"Message Batch {batch_id} not found."
        assert "x-should-retry" not in early.headers
        assert statuses(lambda: room.download(batch_id), 1) == [404]
        assert statuses(lambda: room.call("GET", f"/{batch_id}"), 2) == [200, 200]
        assert statuses(lambda: room.call("GET", f"/{other}"), 3) == [404, 404, 200]


def test_a_new_batch_is_not_found_for_so_long() -> None:
    with room_with(scenario=switched(create_lag=Lag(time=2 * SECOND))) as room:
        batch_id = room.made()
        room.advance("1999ms")
        assert statuses(lambda: room.call("GET", f"/{batch_id}"), 3) == [404, 404, 404]
        room.advance("1ms")
        assert statuses(lambda: room.call("GET", f"/{batch_id}"), 2) == [200, 200]


def test_a_batch_that_is_not_found_yet_is_listed_and_can_be_canceled() -> None:
    with room_with(scenario=switched(create_lag=Lag(time=HOUR))) as room:
        batch_id = room.made()
        assert room.ids() == [batch_id]
        assert room.cancel(batch_id)["processing_status"] == "canceling"


def test_results_are_not_there_at_first_although_the_batch_says_where() -> None:
    with room_with(scenario=switched(results_lag=Lag(reads=2))) as room:
        batch_id = room.made()
        assert statuses(lambda: room.download(batch_id), 3) == [404, 404, 404]
        room.advance("24h")

        assert room.batch(batch_id)["results_url"].endswith(f"/{batch_id}/results")
        early = room.download(batch_id)
        assert refusal(early)[2] == f"Message Batch {batch_id} has no available results."
        assert early.headers["x-should-retry"] == "false"
        assert statuses(lambda: room.download(batch_id), 3) == [404, 200, 200]


def test_a_lag_in_time_starts_with_the_end_of_the_batch() -> None:
    scenario = Scenario(timing=LONG_RUNNING.timing, switches=Switches(results_lag=Lag(time=5 * MINUTE)))
    with room_with(scenario=scenario) as room:
        batch_id = room.made()
        # It ends between 1h and 1h4m.
        room.advance("1h4m")
        assert room.batch(batch_id)["processing_status"] == "ended"
        assert statuses(lambda: room.download(batch_id), 2) == [404, 404]
        room.advance("5m")
        assert statuses(lambda: room.download(batch_id), 1) == [200]


def test_a_stepped_clock_moves_when_a_new_batch_is_not_found() -> None:
    with room_with(scenario=switched(create_lag=Lag(time=25 * MINUTE))) as room:
        room.client.put("/_emulator/clock", headers=room.headers, json={"mode": "stepped"}).raise_for_status()
        batch_id = room.made()
        assert statuses(lambda: room.call("GET", f"/{batch_id}"), 4) == [404, 404, 404, 200]


def test_a_first_download_comes_in_the_order_that_the_scenario_says() -> None:
    scenario = Scenario(order="submitted", switches=Switches(later_downloads="reshuffled"))
    with room_with(scenario=scenario) as room:
        batch_id = room.ended(*many(20))
        submitted = [request["custom_id"] for request in many(20)]
        assert [line["custom_id"] for line in room.lines(batch_id)] == submitted
        assert [line["custom_id"] for line in room.lines(batch_id)] != submitted


def test_unknown_keys_come_packed_too() -> None:
    with room_with(scenario=switched(unknown_keys="present")) as room:
        batch_id = room.ended(*many(200))
        response = room.call("GET", f"/{batch_id}/results", headers={"accept-encoding": "gzip"})

        assert response.headers["content-encoding"] == "gzip"
        lines = [json.loads(line) for line in response.text.splitlines()]
        assert len(lines) == 200
        assert all("added_without_notice" in line["result"] for line in lines)


def test_switches_hold_for_what_faults_answer_too() -> None:
    scenario = Scenario(
        faults=(Answer(on=("retrieve",), status=529), Lines(on=("results",), line_end="crlf")),
        switches=Switches(unknown_keys="present", error_request_id="absent"),
    )
    with room_with(scenario=scenario) as room:
        batch_id = room.ended(*many(3))
        overloaded = room.call("GET", f"/{batch_id}")
        lines = room.download(batch_id).text.split("\r\n")

    assert overloaded.status_code == 529
    assert set(overloaded.json()) == {"type", "error", "added_without_notice"}
    assert len(lines) == 4
    assert all("added_without_notice" in line for line in lines[:-1])


def test_what_a_tool_is_given_stays_as_its_author_wants_it_and_numbers_stay_as_they_are() -> None:
    block = b'{"type":"tool_use","input":{"big":1000000000000000000000000000001,"in":{"x":1}}}'

    assert with_unknown_keys(b"data: " + block + b"\n\n") == (
        b"data: " + block[:-1] + b',"added_without_notice":"a client ignores what it does not know"}\n\n'
    )


def test_an_unknown_count_is_a_number() -> None:
    with room_with(scenario=switched(unknown_keys="present")) as room:
        counts: Json = room.create()["request_counts"]

    assert counts["added_without_notice"] == 0
    assert sum(counts.values()) == 1


def test_switches_that_are_written_are_read_back() -> None:
    values: dict[str, Any] = {name: choices[-1] for name, choices in CHOICES.items()}
    values |= {name: Lag(reads=3, time=90 * SECOND) for name in LAGS}
    scenario = Scenario(switches=Switches(**values))

    assert read_toml(write_toml(scenario)) == scenario
    assert '[switches.create_lag]\nreads = 3\ntime = "1m30s"\n' in write_toml(scenario)


def test_every_switch_is_described_with_its_values_and_its_default() -> None:
    rows = {
        cells[1].strip(" `"): cells[2]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| `") and len(cells := line.split("|")) == 6
    }

    assert set(rows) == set(Switches.__struct_fields__)
    for name, choices in CHOICES.items():
        default, *others = re.findall(r"`(\w+)`", rows[name])
        assert default == getattr(Switches(), name)
        assert {default, *others} == set(choices)


def test_every_ambiguity_has_a_switch_or_is_settled() -> None:
    ambiguities = [fact for fact in facts() if fact.heading == "Ambiguities"]
    switches = {fact.id: set(re.findall(r"`(\w+)`", fact.switch)) for fact in ambiguities}

    assert {id_ for id_, names in switches.items() if not names} == SETTLED
    known = {*Switches.__struct_fields__, *Scenario.__struct_fields__}
    assert set().union(*switches.values()) <= known


def test_every_switch_changes_a_fact() -> None:
    named = {name for fact in facts() for name in re.findall(r"`(\w+)`", fact.switch)}

    assert set(Switches.__struct_fields__) - named == set()


def test_one_scenario_of_the_menu_turns_every_switch() -> None:
    switches = named_scenario("otherwise").switches

    assert {name for name, choices in CHOICES.items() if getattr(switches, name) == choices[0]} == set()


@pytest.fixture(scope="module")
def otherwise() -> Generator[Room]:
    with room_with(scenario=named_scenario("otherwise"), body_bytes_max=100_000) as room:
        yield room


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(bodies, st.booleans(), st.booleans())
def test_with_every_switch_turned_any_body_is_answered(
    otherwise: Room, body: bytes, is_packed: bool, is_cut: bool
) -> None:
    headers = {"content-encoding": "gzip"} if is_packed else {}
    sent = gzip.compress(body) if is_packed else body
    response = otherwise.call("POST", headers=headers, content=sent[:-1] if is_cut else sent)

    assert response.status_code in (200, 400, 413)
    assert response.json()["added_without_notice"]
    if response.status_code == 200:
        otherwise.advance("25h")
        assert otherwise.lines(response.json()["id"])
