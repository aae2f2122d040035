"""The events of a streamed message."""

import json

import httpx2

from tests.mockserver.facts.room import Json, Room, refusal
from tests.mockserver.facts.rows import shows
from tests.mockserver.facts.sending import params, send


def told(response: httpx2.Response) -> list[Json]:
    """Return the data of each event of a stream."""
    assert response.status_code == 200
    events: list[Json] = []
    *parts, rest = response.text.split("\n\n")
    assert rest == ""
    for part in parts:
        name, data = part.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    return events


@shows("streaming-1")
def test_a_stream_says_what_it_is(room: Room) -> None:
    headers = send(room, params(stream=True), **{"accept-encoding": "gzip"}).headers

    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert headers["transfer-encoding"] == "chunked"
    assert not {"content-length", "content-encoding"} & set(headers)


@shows("streaming-2", "streaming-3", "streaming-6")
def test_events_come_in_their_order(room: Room) -> None:
    response = send(room, params(stream=True))

    kinds = [event["type"] for event in told(response)]
    start = ["message_start", "content_block_start", "ping"]
    end = ["content_block_stop", "message_delta", "message_stop"]
    deltas = ["content_block_delta"] * (len(kinds) - 6)
    assert deltas
    assert kinds == start + deltas + end
    assert '\n\nevent: ping\ndata: {"type": "ping"}\n\n' in response.text


@shows("streaming-4", "streaming-5", "streaming-7", "streaming-8")
def test_the_events_come_to_a_message(room: Room) -> None:
    words = "Größe \u2028 数 🙂\n" * 20
    first, start, _, *deltas, _, last, _ = told(
        send(room, params(stream=True, max_tokens=1_000, messages=[{"role": "user", "content": words}]))
    )

    begun = first["message"]
    assert (begun["content"], begun["stop_reason"], begun["usage"]["output_tokens"]) == ([], None, 1)
    assert begun["usage"]["input_tokens"] > 0
    assert start == {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    assert "".join(event["delta"]["text"] for event in deltas).endswith(words)
    assert last["delta"] == {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None}
    assert list(last["usage"]) == [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "output_tokens",
    ]
    assert last["usage"]["input_tokens"] == begun["usage"]["input_tokens"]
    assert last["usage"]["output_tokens"] > 1


@shows("streaming-9")
def test_what_is_refused_before_the_stream_is_a_plain_error(room: Room) -> None:
    response = send(room, params(stream=True, model="claude-none"))

    assert refusal(response) == (404, "not_found_error", "model: claude-none")
    assert response.headers["content-type"] == "application/json"
