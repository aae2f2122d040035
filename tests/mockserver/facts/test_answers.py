"""Answers: what they hold, why they end, and what they cost."""

import json

import pytest

from batchmock.replies.answers import Answers
from batchmock.scenario import Scenario
from tests.mockserver.facts.room import Json, Room, asked, room_with
from tests.mockserver.facts.rows import row, shows

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"enum": [1, 2, 3]}},
    "required": ["name", "size"],
    "additionalProperties": False,
}
TOOL = {"name": "keep", "input_schema": SCHEMA}
FORCED: Json = {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "keep"}}
ADAPTIVE = {"type": "adaptive"}


def answer(room: Room, request: Json) -> Json:
    """Return the message that the one request of a batch gets."""
    (result,) = room.results(room.ended(request)).values()
    return result["message"]


@shows("answers-1", "answers-2")
def test_a_forced_tool_is_called(room: Room) -> None:
    message = answer(room, asked("a", **FORCED))
    (block,) = message["content"]

    assert message["stop_reason"] == "tool_use"
    assert (block["type"], block["name"], block["caller"]) == ("tool_use", "keep", {"type": "direct"})
    assert block["id"].startswith("toolu_01")
    assert block["input"].keys() == {"name", "size"}
    assert block["input"]["size"] in (1, 2, 3)


@shows("answers-3")
def test_structured_output_is_json_of_the_schema(room: Room) -> None:
    message = answer(room, asked("a", output_config={"format": {"type": "json_schema", "schema": SCHEMA}}))
    value = json.loads(message["content"][0]["text"])

    assert message["stop_reason"] == "end_turn"
    assert value.keys() == {"name", "size"}
    assert value["size"] in (1, 2, 3)


@shows("answers-4")
def test_thinking_comes_first(room: Room) -> None:
    thinking, text = answer(room, asked("a", thinking=ADAPTIVE))["content"]

    assert (thinking["type"], text["type"]) == ("thinking", "text")
    assert thinking["signature"]


@pytest.mark.parametrize(
    ("model", "thinking", "is_shown"),
    [
        row("answers-5", "omitted", "claude-haiku-4-5", ADAPTIVE | {"display": "omitted"}, False),
        row("answers-5", "summarized", "claude-opus-4-7", ADAPTIVE | {"display": "summarized"}, True),
        row("answers-6", "Haiku 4.5", "claude-haiku-4-5", ADAPTIVE, True),
        row("answers-6", "Opus 4.6", "claude-opus-4-6", ADAPTIVE, True),
        row("answers-6", "Opus 4.7", "claude-opus-4-7", ADAPTIVE, False),
        row("answers-6", "Sonnet 5", "claude-sonnet-5", ADAPTIVE, False),
        row("answers-6", "Fable 5", "claude-fable-5", ADAPTIVE, False),
    ],
)
def test_thinking_is_shown_or_omitted(room: Room, model: str, thinking: Json, is_shown: bool) -> None:
    block = answer(room, asked("a", model=model, thinking=thinking))["content"][0]

    assert (block["thinking"] != "") is is_shown
    assert block["signature"]


@shows("answers-7")
def test_thinking_costs_output_tokens_shown_or_not(room: Room) -> None:
    shown, omitted = (
        answer(room, asked("a", thinking=ADAPTIVE | {"display": display}))["usage"]
        for display in ("summarized", "omitted")
    )
    cut = answer(room, asked("a", thinking=ADAPTIVE, max_tokens=3))

    assert shown["output_tokens_details"] == omitted["output_tokens_details"]
    assert shown["output_tokens"] > shown["output_tokens_details"]["thinking_tokens"] > 0
    assert cut["stop_reason"] == "max_tokens"
    assert cut["usage"]["output_tokens"] == cut["usage"]["output_tokens_details"]["thinking_tokens"] == 3


@shows("answers-8")
def test_max_tokens_cuts(room: Room) -> None:
    message = answer(room, asked("a", max_tokens=3))

    assert (message["stop_reason"], message["usage"]["output_tokens"]) == ("max_tokens", 3)
    assert len(message["content"][0]["text"]) == 12


@shows("answers-9")
def test_a_stop_sequence_ends_an_answer(room: Room) -> None:
    message = answer(room, asked("a", "one two three", stop_sequences=["three", " two"]))

    assert (message["stop_reason"], message["stop_sequence"]) == ("stop_sequence", " two")
    assert message["content"][0]["text"].endswith(": one")


@shows("answers-10", "answers-11")
def test_a_refusal_succeeds_and_says_nothing() -> None:
    with room_with(scenario=Scenario(answers=Answers(stops={"a": "refusal"}))) as room:
        message = answer(room, asked("a"))

    assert (message["stop_reason"], message["content"], message["usage"]["output_tokens"]) == ("refusal", [], 0)
    assert message["stop_details"].keys() == {"type", "category", "explanation"}


@shows("answers-12")
def test_a_pause_succeeds_after_a_server_tool() -> None:
    with room_with(scenario=Scenario(answers=Answers(stops={"a": "pause_turn"}))) as room:
        message = answer(room, asked("a"))

    assert message["stop_reason"] == "pause_turn"
    assert "server_tool_use" in [block["type"] for block in message["content"]]


@shows("answers-13", "answers-14")
def test_what_is_marked_is_written_to_the_cache(room: Room) -> None:
    def marked(**mark: str) -> Json:
        return asked(
            "a", system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"} | mark}]
        )

    plain, five, hour = (answer(room, request)["usage"] for request in (asked("a"), marked(), marked(ttl="1h")))

    assert (plain["cache_creation_input_tokens"], plain["cache_read_input_tokens"]) == (0, 0)
    for usage, kept in ((five, "ephemeral_5m_input_tokens"), (hour, "ephemeral_1h_input_tokens")):
        assert usage["cache_creation"][kept] == usage["cache_creation_input_tokens"] > 0
        assert sum(usage["cache_creation"].values()) == usage["cache_creation_input_tokens"]
        assert usage["input_tokens"] > 0
