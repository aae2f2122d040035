"""Tokens, by the stated rule."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from batchmock.replies.answers import Answers
from batchmock.replies.usage import DOCUMENT_TOKENS, IMAGE_TOKENS, count_tokens
from tests.mockserver.replies.asking import Json, message, params, text_of

FIVE: Json = {"cache_control": {"type": "ephemeral"}}
HOUR: Json = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
NONE = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}


def said(text: str, **more: object) -> Json:
    return {"type": "text", "text": text, **more}


def asked(*blocks: Json, **more: Any) -> Json:
    return params(messages=[{"role": "user", "content": list(blocks)}], **more)


def size(value: object) -> int:
    return -(-len(msgspec.json.encode(value)) // 4)


def usage(asked: Json, answers: Answers | None = None) -> Json:
    return message(asked, answers)["usage"]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_four_bytes_are_a_token(text: str) -> None:
    answer = message(params(text))

    assert answer["usage"]["input_tokens"] == size(params(text)) == count_tokens(msgspec.json.encode(params(text)))
    assert answer["usage"]["output_tokens"] == -(-len(text_of(answer).encode()) // 4)


def test_a_picture_counts_the_same_whatever_its_size() -> None:
    def picture(data: str) -> Json:
        return asked({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}})

    def result(data: str) -> Json:
        return asked(
            {"type": "tool_result", "tool_use_id": "t", "content": picture(data)["messages"][0]["content"]}
        )

    frame = size(picture("")) - 1
    assert usage(picture("A" * 100_000)) == usage(picture("A"))
    assert usage(picture("A"))["input_tokens"] in (frame + IMAGE_TOKENS, frame + IMAGE_TOKENS + 1)
    assert usage(result("A" * 100_000)) == usage(result("A"))


def test_a_document_counts_the_same_unless_it_is_text() -> None:
    file: Json = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    text: Json = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "words " * 100},
    }

    assert usage(asked(file))["input_tokens"] == size(asked(file)) + DOCUMENT_TOKENS
    assert usage(asked(text))["input_tokens"] == size(asked(text))


def test_what_stands_before_a_breakpoint_is_written_to_the_cache() -> None:
    tools = [{"name": "t", "input_schema": {"type": "object"}} | HOUR]
    system = [said("Be brief. " * 20, **FIVE)]
    request = asked(said("One."), said("Two."), tools=tools, system=system)
    found = usage(request)

    created = found["cache_creation"]
    assert created["ephemeral_1h_input_tokens"] == size(tools[0])
    assert created["ephemeral_5m_input_tokens"] in (size(system[0]), size(system[0]) - 1)
    assert found["cache_creation_input_tokens"] == sum(created.values())
    assert found["cache_read_input_tokens"] == 0
    assert found["input_tokens"] + found["cache_creation_input_tokens"] == count_tokens(
        msgspec.json.encode(request)
    )


def test_one_breakpoint_for_all_marks_all() -> None:
    found = usage(asked(said("One."), **HOUR))

    assert found["cache_creation"]["ephemeral_1h_input_tokens"] == size(said("One."))


def test_a_scenario_may_report_reads_or_no_cache_at_all() -> None:
    request = asked(said("One.", **FIVE), said("Two."))
    written, read, off = (usage(request, Answers(caching=caching)) for caching in ("written", "read", "off"))

    assert read["cache_read_input_tokens"] == written["cache_creation_input_tokens"] > 0
    assert (read["cache_creation_input_tokens"], read["cache_creation"]) == (0, NONE)
    assert (off["cache_creation_input_tokens"], off["cache_read_input_tokens"], off["cache_creation"]) == (
        0,
        0,
        NONE,
    )
    assert off["input_tokens"] == written["input_tokens"] + written["cache_creation_input_tokens"]


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "source", "content"]), inner)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(json_values, json_values, json_values)
def test_params_of_any_form_have_a_count(content: object, system: object, tools: object) -> None:
    odd = {"messages": [{"role": "user", "content": content}], "system": system, "tools": tools}

    assert count_tokens(msgspec.json.encode(odd)) == size(odd)
    assert count_tokens(msgspec.json.encode(content)) == size(content)
