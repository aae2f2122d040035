"""Answers that end before they are over: stop sequences and max_tokens."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchmock.replies.answers import Answers
from tests.mockserver.replies.asking import Json, message, params, said, sequences, text_of

lengths = st.sampled_from([Answers(), Answers(length="realistic"), Answers(text="unicode")])
OBJECT: Json = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["name", "size"],
    "additionalProperties": False,
}
FORMAT: Json = {"format": {"type": "json_schema", "schema": OBJECT}}
TOOL: Json = {"name": "keep", "description": "Keep it.", "input_schema": OBJECT}
shapes = st.sampled_from(
    [{}, {"output_config": FORMAT}, {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "keep"}}]
)


@settings(deadline=None)
@given(said, st.integers(1, 60), sequences, lengths, shapes, st.booleans())
def test_an_answer_is_never_longer_than_max_tokens(
    text: str, max_tokens: int, stops: list[str], answers: Answers, shape: Json, thinks: bool
) -> None:
    thinking = {"thinking": {"type": "adaptive", "display": "summarized"}} if thinks else {}
    answer = message(params(text, max_tokens=max_tokens, stop_sequences=stops, **shape, **thinking), answers)

    size = sum(
        len(block.get("text", "").encode()) + len(block.get("thinking", "").encode())
        for block in answer["content"]
    )
    assert answer["usage"]["output_tokens"] <= max_tokens
    assert size <= 4 * max_tokens


@settings(deadline=None)
@given(said, st.integers(1, 60))
@example("é" * 10, 6)
def test_what_is_cut_is_the_start_of_what_would_have_been_said(text: str, max_tokens: int) -> None:
    asked = params(text)
    whole = text_of(message(asked))
    cut = message(asked | {"max_tokens": max_tokens})

    # The digest is of all the params, so it is not the same.
    assert whole[21:].startswith(text_of(cut)[21:])
    was_cut = len(whole.encode()) > 4 * max_tokens
    assert cut["stop_reason"] == ("max_tokens" if was_cut else "end_turn")
    if was_cut:
        assert len(text_of(cut).encode()) > 4 * max_tokens - 4


@settings(deadline=None)
@given(said, sequences, st.integers(1, 60), shapes)
def test_no_stop_sequence_is_in_the_text(text: str, stops: list[str], max_tokens: int, shape: Json) -> None:
    answer = message(params(text, stop_sequences=stops, max_tokens=max_tokens, **shape))

    assert [stop for stop in stops if stop in text_of(answer)] == []
    assert (answer["stop_sequence"] in stops) == (answer["stop_reason"] == "stop_sequence")


def test_the_first_stop_sequence_in_the_text_ends_it() -> None:
    answer = message(params("alpha beta gamma", stop_sequences=["gamma", " beta"]))

    assert text_of(answer).endswith(": alpha")
    assert (answer["stop_reason"], answer["stop_sequence"]) == ("stop_sequence", " beta")


def test_a_text_that_stops_at_once_is_no_block_at_all() -> None:
    answer = message(params(stop_sequences=["e"]))

    assert answer["content"] == []
    assert answer["stop_reason"] == "stop_sequence"


def test_a_truncated_structured_output_is_truncated_json() -> None:
    asked = params(output_config=FORMAT)
    cut = message(asked | {"max_tokens": 8})

    assert json.loads(text_of(message(asked)))["name"].startswith("echo ")
    assert text_of(cut).startswith('{"name":"echo ')
    assert len(text_of(cut)) == 32
    assert cut["stop_reason"] == "max_tokens"


def test_a_truncated_tool_call_has_lost_its_input() -> None:
    answer = message(params(tools=[TOOL], tool_choice={"type": "any"}, max_tokens=5))

    assert answer["content"][0]["input"] == {}
    assert answer["stop_reason"] == "max_tokens"


def test_thinking_can_use_up_all_there_is() -> None:
    answer = message(params(max_tokens=6, thinking={"type": "adaptive", "display": "summarized"}))

    assert [block["type"] for block in answer["content"]] == ["thinking"]
    assert answer["content"][0]["thinking"] == "Let me see what was aske"
    assert answer["stop_reason"] == "max_tokens"
    assert answer["usage"]["output_tokens_details"]["thinking_tokens"] == answer["usage"]["output_tokens"] == 6
