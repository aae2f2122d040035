"""Tokens, by the stated rule."""

from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from batchmock.replies.answers import Answers
from batchmock.replies.usage import DOCUMENT_TOKENS, IMAGE_TOKENS, count_tokens
from tests.mockserver.replies.asking import Json, message, params, said, text_of

FIVE: Json = {"cache_control": {"type": "ephemeral"}}
HOUR: Json = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
TOOL: Json = {"name": "look", "input_schema": {"type": "object"}}
NONE = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}


def saying(text: str, **more: object) -> Json:
    return {"type": "text", "text": text, **more}


def asked(*blocks: Json, **more: Any) -> Json:
    return params(messages=[{"role": "user", "content": list(blocks)}], **more)


def size(value: object) -> int:
    return -(-len(encode(value)) // 4)


def usage(asked: Json, answers: Answers | None = None) -> Json:
    return message(asked, answers)["usage"]


@settings(deadline=None)
@given(said, st.text(max_size=20))
def test_four_bytes_are_a_token(text: str, system: str) -> None:
    request = params(text, system=system)
    answer = message(request)

    read = len(text.encode()) + len(system.encode())
    assert answer["usage"]["input_tokens"] == -(-read // 4) == count_tokens(encode(request))
    assert answer["usage"]["output_tokens"] == -(-len(text_of(answer).encode()) // 4)


def test_only_what_the_model_reads_is_counted() -> None:
    bare = usage(params())["input_tokens"]

    assert usage(params(metadata={"user_id": "u" * 100}, stop_sequences=["~" * 100]))["input_tokens"] == bare
    assert usage(params(tools=[TOOL]))["input_tokens"] == -(-len(b"Name one prime." + encode(TOOL)) // 4)


def test_a_picture_counts_the_same_whatever_its_size() -> None:
    def picture(data: str) -> Json:
        return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}

    def result(data: str) -> Json:
        call: Json = {"type": "tool_use", "id": "t", "name": "look", "input": {}}
        shown: Json = {"type": "tool_result", "tool_use_id": "t", "content": [picture(data)]}
        turns = [("user", saying("Look.")), ("assistant", call), ("user", shown)]
        return params(messages=[{"role": role, "content": [block]} for role, block in turns])

    frame = len(encode(picture(""))) - len(encode(""))
    assert usage(asked(picture("A")))["input_tokens"] == -(-frame // 4) + IMAGE_TOKENS
    assert usage(asked(picture("A" * 100_000))) == usage(asked(picture("A")))
    assert usage(result("A" * 100_000)) == usage(result("A"))


def test_a_document_counts_the_same_unless_it_is_text() -> None:
    file: Json = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    text: Json = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "words " * 100},
    }

    assert usage(asked(file))["input_tokens"] == size(file) + DOCUMENT_TOKENS
    assert usage(asked(text))["input_tokens"] == size(text)


def test_what_stands_before_a_breakpoint_is_written_to_the_cache() -> None:
    tools = [{"name": "t", "input_schema": {"type": "object"}} | HOUR]
    system = [saying("Be brief. " * 20, **FIVE)]
    request = asked(saying("One."), saying("Two."), tools=tools, system=system)
    found = usage(request)

    created = found["cache_creation"]
    assert created["ephemeral_1h_input_tokens"] == size(tools[0])
    assert created["ephemeral_5m_input_tokens"] in (size(system[0]), size(system[0]) - 1)
    assert found["cache_creation_input_tokens"] == sum(created.values())
    assert found["cache_read_input_tokens"] == 0
    assert found["input_tokens"] + found["cache_creation_input_tokens"] == count_tokens(encode(request))


def test_one_breakpoint_for_all_marks_all() -> None:
    found = usage(asked(saying("One."), **HOUR))

    assert found["cache_creation"]["ephemeral_1h_input_tokens"] == size(saying("One."))


def test_a_scenario_may_report_reads_or_no_cache_at_all() -> None:
    request = asked(saying("One.", **FIVE), saying("Two."))
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
    st.none() | st.integers() | st.text('ab"\u00e9', max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "source", "content"]), inner)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(json_values, json_values, json_values)
def test_params_of_any_form_have_a_count(content: object, system: object, tools: object) -> None:
    odd = {"messages": [{"role": "user", "content": content}], "system": system, "tools": tools}

    assert count_tokens(encode(odd)) == -(-sum(map(read_bytes, (content, system, tools))) // 4)
    assert count_tokens(encode(content)) == size(content)


def read_bytes(part: object) -> int:
    """Return what a part counts for that holds no picture or document: its text, or its blocks one by one."""
    if isinstance(part, str):
        return len(part.encode())
    return sum(len(encode(block)) for block in cast("list[object]", part)) if isinstance(part, list) else 0
