"""Thinking before an answer, and answers that stop early because the scenario says so."""

from typing import get_args

import pytest

from batchmock.replies.answers import Answers
from batchmock.wire.message import StopReason
from tests.mockserver.replies.asking import Json, message, params, results, text_of

ADAPTIVE: Json = {"type": "adaptive"}


@pytest.mark.parametrize("thinking", [{"type": "enabled", "budget_tokens": 1_024}, ADAPTIVE], ids=str)
def test_thinking_comes_before_the_text_with_a_signature(thinking: Json) -> None:
    answer = message(params(max_tokens=2_000, thinking=thinking))
    first, second = answer["content"]

    assert list(first) == ["type", "thinking", "signature"]
    assert first["thinking"].startswith("Let me see")
    assert len(first["signature"]) > 100
    assert second["text"].startswith("echo ")


@pytest.mark.parametrize(
    ("model", "display", "shown"),
    [
        ("claude-haiku-4-5", None, True),
        ("claude-opus-4-6", None, True),
        ("claude-opus-4-7", None, False),
        ("claude-sonnet-5", None, False),
        ("claude-opus-4-7", "summarized", True),
        ("claude-haiku-4-5", "omitted", False),
    ],
)
def test_thinking_is_shown_or_not_as_the_request_says_or_else_the_model(
    model: str, display: str | None, shown: bool
) -> None:
    thinking = ADAPTIVE | ({"display": display} if display else {})
    block = message(params(model=model, thinking=thinking))["content"][0]

    assert bool(block["thinking"]) is shown
    assert block["signature"]


def test_omitted_thinking_costs_what_it_would_have() -> None:
    shown = message(params(thinking=ADAPTIVE | {"display": "summarized"}))["usage"]
    omitted = message(params(thinking=ADAPTIVE | {"display": "omitted"}))["usage"]

    assert omitted["output_tokens_details"] == shown["output_tokens_details"]
    assert (
        omitted["output_tokens"]
        == shown["output_tokens"]
        > omitted["output_tokens_details"]["thinking_tokens"]
        > 0
    )


def test_whoever_turned_it_off_gets_none() -> None:
    answer = message(params(thinking={"type": "disabled"}))

    assert [block["type"] for block in answer["content"]] == ["text"]
    assert "output_tokens_details" not in answer["usage"]


def test_a_refusal_succeeds_with_no_content_and_says_why() -> None:
    answer = message(params(thinking=ADAPTIVE), Answers(stops={"a": "refusal"}))

    assert (answer["content"], answer["stop_reason"]) == ([], "refusal")
    assert list(answer["stop_details"]) == ["type", "category", "explanation"]
    assert answer["stop_details"]["category"] == "cyber"
    assert answer["usage"]["output_tokens"] == 0


def test_a_pause_comes_after_a_server_tool() -> None:
    answer = message(params(), Answers(stops={"a": "pause_turn"}))
    text, call, found = answer["content"]

    assert answer["stop_reason"] == "pause_turn"
    assert text["text"].startswith("echo ")
    assert (call["type"], call["name"], call["id"][:11]) == ("server_tool_use", "web_search", "srvtoolu_01")
    assert (found["type"], found["tool_use_id"]) == ("web_search_tool_result", call["id"])
    assert answer["usage"]["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}


def test_a_context_that_is_full_ends_an_answer_half_way() -> None:
    whole = message(params())
    half = message(params(), Answers(stops={"a": "model_context_window_exceeded"}))

    assert half["stop_reason"] == "model_context_window_exceeded"
    assert text_of(whole).startswith(text_of(half))
    assert len(text_of(half)) == len(text_of(whole)) // 2


@pytest.mark.parametrize("stop", get_args(StopReason))
def test_any_reason_to_stop_can_be_had_whatever_the_request_asks_for(stop: StopReason) -> None:
    schema: Json = {"type": "object", "properties": {"n": {"type": "integer"}}}
    structured: Json = {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    asked = params(
        tools=[{"name": "t", "input_schema": schema}], stop_sequences=["~"], thinking=ADAPTIVE, **structured
    )
    answers = Answers(stops={"a": stop})

    assert message(params(), answers)["stop_reason"] == stop
    answer = message(asked, answers)
    assert answer["stop_reason"] == stop
    assert answer["stop_sequence"] == ("~" if stop == "stop_sequence" else None)
    calls = [block["name"] for block in answer["content"] if block["type"] == "tool_use"]
    assert calls == (["t"] if stop == "tool_use" else [])


@pytest.mark.parametrize("stop", ["refusal", "pause_turn", "model_context_window_exceeded"])
def test_only_the_named_requests_stop_early(stop: StopReason) -> None:
    made = results({"a": params(), "b": params()}, Answers(stops={"b": stop}))

    assert {name: each["message"]["stop_reason"] for name, each in made.items()} == {"a": "end_turn", "b": stop}
