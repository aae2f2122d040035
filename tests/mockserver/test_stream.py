"""Messages of every shape as events: what the official SDK puts together from them is the message."""

import json
from collections.abc import Generator
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from batchmock.wire.message import Message, Usage
from batchmock.wire.stream import PIECE_CHARS_MAX, events

Json = dict[str, Any]

USAGE = to_builtins(Usage(input_tokens=15, output_tokens=9, service_tier="standard"))
# U+2028 and U+0085 end a line for some, the others need two bytes or four, or two characters for one sign.
characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("\u2028\u0085\r\n\0é🙂\u0301👩‍🚀")
texts = st.text(characters, max_size=200)
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(characters, max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(characters, max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
inputs = st.dictionaries(st.text(characters, max_size=6), values, max_size=3)
citations = st.fixed_dictionaries(
    {
        "type": st.just("char_location"),
        "cited_text": texts,
        "document_index": st.integers(0, 9),
        "document_title": st.none() | texts,
        "start_char_index": st.integers(0, 9),
        "end_char_index": st.integers(10, 19),
    }
)


def block(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


blocks = (
    block("text", text=texts)
    | block("text", text=texts, citations=st.none() | st.lists(citations, min_size=1, max_size=3))
    | block("thinking", thinking=texts, signature=texts)
    | block("redacted_thinking", data=texts)
    | block("tool_use", id=st.just("toolu_01"), name=texts, input=inputs, caller=st.just({"type": "direct"}))
    | block("server_tool_use", id=st.just("srvtoolu_01"), name=st.just("web_search"), input=inputs)
    | block(
        "web_search_tool_result",
        tool_use_id=st.just("srvtoolu_01"),
        content=st.just([{"type": "web_search_result", "title": "t", "url": "u", "encrypted_content": "e"}]),
    )
)
usages = st.fixed_dictionaries(
    {name: st.just(value) for name, value in USAGE.items()} | {"output_tokens": st.integers(0, 99)},
    optional={
        "server_tool_use": st.just({"web_search_requests": 1, "web_fetch_requests": 0}),
        "output_tokens_details": st.just({"thinking_tokens": 3}),
    },
)
stops = st.sampled_from(
    [
        ("end_turn", None, None),
        ("stop_sequence", "\n\nHuman:", None),
        ("refusal", None, {"type": "refusal", "category": "cyber", "explanation": "no"}),
    ]
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A message in the blocks of today and of tomorrow: the parts that are JSON of any shape are just that."""
    stop_reason, stop_sequence, stop_details = draw(stops)
    parts: Json = {
        "stop_reason": stop_reason,
        "content": draw(st.lists(blocks, max_size=4)),
        "usage": draw(usages),
        "stop_details": stop_details,
    }
    return Message(
        model="claude-haiku-4-5-20251001",
        id=f"msg_{draw(st.integers(0, 9))}",
        stop_sequence=stop_sequence,
        **parts,
    )


def message(*content: Json) -> Message:
    parts: Json = {"content": list(content), "usage": USAGE}
    return Message(model="claude-opus-5", id="msg_1", stop_reason="end_turn", **parts)


def text(value: str) -> Json:
    return {"type": "text", "text": value}


@pytest.fixture(scope="module", params=["stable", "beta"])
def sdk(request: pytest.FixtureRequest) -> Generator[tuple[Any, list[bytes]]]:
    """The SDK's messages resource, and what the next stream consists of."""
    body: list[bytes] = []

    def respond(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=b"".join(body))

    transport = httpx2.Client(transport=httpx2.MockTransport(respond))
    with Anthropic(base_url="http://here", api_key="k", http_client=transport, max_retries=0) as client:
        yield (client.beta if request.param == "beta" else client).messages, body


def accumulated(sdk: tuple[Any, list[bytes]], whole: Message, seed: int) -> Json:
    resource, body = sdk
    body[:] = events(whole, seed)
    asked = [{"role": "user", "content": "x"}]
    with resource.stream(model="claude-opus-5", max_tokens=9, messages=asked) as stream:
        return stream.get_final_message().to_dict()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages(), st.integers(0, 5))
@example(message(), 0)
@example(message({"type": "tool_use", "id": "t", "name": "n", "input": {"x": -1.5e-300, "y": [True, None]}}), 1)
def test_the_sdk_puts_the_very_message_together(sdk: tuple[Any, list[bytes]], whole: Message, seed: int) -> None:
    assert accumulated(sdk, whole, seed) == to_builtins(whole)


def told(whole: Message, seed: int = 0) -> list[Json]:
    """Return the data of each event; each has its type for a name, and nothing beside."""
    data: list[Json] = []
    for event in events(whole, seed):
        name, payload, *rest = event.decode().split("\n")
        assert rest == ["", ""]
        data.append(json.loads(payload.removeprefix("data: ")))
        assert name == f"event: {data[-1]['type']}"
    return data


def deltas(whole: Message, seed: int = 0) -> list[Json]:
    return [event["delta"] for event in told(whole, seed) if event["type"] == "content_block_delta"]


@given(messages(), st.integers(0, 5))
def test_events_come_in_their_order_whatever_the_message(whole: Message, seed: int) -> None:
    data = told(whole, seed)

    kinds = [event["type"] for event in data if event["type"] != "content_block_delta"]
    inner = ["content_block_start", "content_block_stop"] * len(whole.content)
    assert kinds == [
        "message_start",
        *inner[:1],
        *(["ping"] if inner else []),
        *inner[1:],
        "message_delta",
        "message_stop",
    ]
    open_: int | None = None
    for event in data:
        if event["type"] == "content_block_start":
            open_ = event["index"]
        elif event["type"].startswith("content_block"):
            assert event["index"] == open_


@given(st.text(characters, max_size=2_000), st.integers(0, 5))
def test_text_is_cut_into_short_pieces_and_none_is_lost(words: str, seed: int) -> None:
    pieces = [delta["text"] for delta in deltas(message(text(words)), seed)]

    assert "".join(pieces) == words
    assert all(0 < len(piece) <= PIECE_CHARS_MAX for piece in pieces)


def test_where_text_is_cut_depends_on_the_seed_alone() -> None:
    whole = message(text("one two three four five six seven " * 9))

    assert deltas(whole, 1) == deltas(whole, 1) != deltas(whole, 2)
    assert len({len(delta["text"]) for delta in deltas(whole, 1)}) > 3


def test_the_first_event_has_the_input_and_the_last_but_one_the_rest() -> None:
    first, *_, last, _ = told(message(text("hello")))

    assert first["message"]["content"] == []
    assert first["message"]["stop_reason"] is None
    assert first["message"]["usage"] == USAGE | {"output_tokens": 1}
    assert last["delta"] == {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None}
    assert last["usage"] == {
        "input_tokens": 15,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 9,
    }


def test_a_tools_input_starts_empty_and_comes_as_pieces_of_json() -> None:
    whole = message(
        {"type": "tool_use", "id": "toolu_01", "name": "weather", "input": {"city": "Paris", "day": 2}}
    )

    start = told(whole)[1]["content_block"]
    pieces = [delta["partial_json"] for delta in deltas(whole)]

    assert start["input"] == {}
    assert pieces[0] == ""
    assert "".join(pieces) == '{"city": "Paris", "day": 2}'


def test_a_tool_without_input_gets_one_empty_piece() -> None:
    whole = message({"type": "tool_use", "id": "toolu_01", "name": "now", "input": {}})

    assert deltas(whole) == [{"type": "input_json_delta", "partial_json": ""}]


def test_thinking_ends_with_its_signature() -> None:
    whole = message({"type": "thinking", "thinking": "hm", "signature": "EqQB"}, text("2"))

    assert told(whole)[1]["content_block"] == {"type": "thinking", "thinking": "", "signature": ""}
    assert deltas(whole)[-2:] == [
        {"type": "signature_delta", "signature": "EqQB"},
        {"type": "text_delta", "text": "2"},
    ]


def test_citations_come_before_the_text_they_stand_for() -> None:
    cited = {"type": "page_location", "cited_text": "x", "document_index": 0}
    whole = message(text("yes") | {"citations": [cited]})

    assert told(whole)[1]["content_block"]["citations"] == []
    assert deltas(whole)[0] == {"type": "citations_delta", "citation": cited}


def test_a_block_of_a_type_that_is_not_streamed_starts_whole() -> None:
    whole = message({"type": "tool_of_tomorrow_result", "content": ["x"]})

    assert told(whole)[1]["content_block"] == to_builtins(whole)["content"][0]
    assert deltas(whole) == []
