"""The answer that everybody gets who asks for nothing special."""

import re
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from xxhash import xxh3_64_hexdigest

from batchmock.replies.answers import Answers
from tests.mockserver.replies.asking import Json, lines, message, params, results, said, text_of

companions = st.dictionaries(st.text("bcdef", min_size=1, max_size=3), said, max_size=4)
conversations = st.lists(said, min_size=1, max_size=4).map(
    lambda texts: [
        {"role": ("user", "assistant")[at % 2], "content": text.strip()} for at, text in enumerate(texts)
    ]
)
kinds = st.sampled_from(
    [
        Answers(),
        Answers(length="realistic"),
        Answers(text="unicode"),
        Answers(length="realistic", text="unicode"),
        Answers(stops={"a": "pause_turn"}),
    ]
)


PICTURE: Json = {"type": "image", "source": {"type": "url", "url": "https://a.test/a.png"}}


@settings(deadline=None)
@given(said)
def test_an_echo_carries_a_digest_of_the_params_and_the_last_user_text(text: str) -> None:
    asked = params(text)
    digest = xxh3_64_hexdigest(msgspec.json.encode(asked))

    assert text_of(message(asked)) == f"echo {digest}: {text}"


def test_the_text_blocks_of_the_last_user_turn_are_joined() -> None:
    blocks: list[Json] = [
        {"type": "text", "text": "one"},
        PICTURE,
        {"type": "text", "text": "two"},
    ]
    turns: list[Json] = [
        {"role": "user", "content": "earlier"},
        {"role": "assistant", "content": "yes"},
        {"role": "user", "content": blocks},
    ]

    assert text_of(message(params(messages=turns))).endswith(": one\ntwo")


def test_what_the_assistant_said_last_is_not_echoed() -> None:
    turns = [{"role": "user", "content": "asked"}, {"role": "assistant", "content": "begun"}]

    assert text_of(message(params(messages=turns))).endswith(": asked")


@pytest.mark.parametrize(
    "turn", [{"role": "assistant", "content": "begun"}, {"role": "user", "content": [PICTURE]}], ids=str
)
def test_whoever_says_nothing_gets_an_empty_echo(turn: Json) -> None:
    assert re.fullmatch("echo [0-9a-f]{16}: ", text_of(message(params(messages=[turn]))))


@settings(deadline=None)
@given(kinds, said, companions, st.integers(0, 3))
def test_a_request_is_answered_alike_whatever_else_is_in_its_batch(
    answers: Answers, text: str, others: dict[str, str], seed: int
) -> None:
    asked = params(text, thinking={"type": "adaptive"})
    around = {custom_id: params(each) for custom_id, each in others.items()}

    alone = results({"a": asked}, answers, seed=seed)["a"]["message"]
    among = results(around | {"a": asked}, answers, seed=seed)["a"]["message"]

    assert among == alone


@settings(deadline=None)
@given(kinds, said)
def test_a_download_is_the_same_each_time(answers: Answers, text: str) -> None:
    asked = {"a": params(text), "b": params(text, thinking={"type": "adaptive"})}

    assert lines(asked, answers) == lines(asked, answers)


@settings(deadline=None)
@given(conversations, st.text(max_size=30), st.integers(1, 40))
def test_a_bare_request_gets_what_one_gets_that_asks_for_nothing_by_name(
    turns: list[Json], system: str, max_tokens: int
) -> None:
    asked = params(messages=turns, system=system, max_tokens=max_tokens)
    bare = message(asked)
    named = message(asked | {"stop_sequences": [], "thinking": {"type": "disabled"}})

    assert text_of(bare)[21:] == text_of(named)[21:]
    assert (bare["stop_reason"], bare["usage"]) == (named["stop_reason"], named["usage"])


@pytest.mark.parametrize(
    "repeated",
    [
        b'{"model":5,"model":"claude-haiku-4-5","max_tokens":16,"messages":[{"role":"user","content":"hi"}]}',
        b'{"model":"claude-haiku-4-5","max_tokens":"x","max_tokens":16,"messages":[{"role":"user","content":"hi"}]}',
        b'{"model":"claude-haiku-4-5","max_tokens":16,"messages":[{"role":5,"role":"user","content":"hi"}]}',
        b'{"model":"claude-haiku-4-5","max_tokens":16,"messages":7,"messages":[{"role":"user","content":"hi"}]}',
    ],
    ids=["model", "max_tokens", "role", "messages"],
)
def test_of_a_key_that_stands_there_twice_the_last_one_counts(repeated: bytes) -> None:
    answer = message(cast(Json, Raw(repeated)))

    assert text_of(answer).endswith(": hi")
    assert answer["usage"]["input_tokens"] == 1


def test_realistic_answers_are_of_many_lengths_and_start_as_an_echo() -> None:
    asked = {f"r{number}": params(max_tokens=64_000) for number in range(200)}
    said = [text_of(each["message"]) for each in results(asked, Answers(length="realistic")).values()]

    sizes = sorted(len(text) // 4 for text in said)
    assert 150 < sizes[100] < 350
    assert sizes[-1] > 4 * sizes[100]
    assert all(re.match("echo [0-9a-f]{16}: Name one prime[.]\n\n", text) for text in said)


def test_another_seed_says_something_else() -> None:
    answers = Answers(length="realistic")

    assert text_of(message(params(), answers, seed=1)) != text_of(message(params(), answers, seed=2))


def test_unicode_rich_answers_hold_what_careless_readers_break_on() -> None:
    (line,) = lines({"a": params()}, Answers(text="unicode"))
    text = text_of(msgspec.json.decode(line)["result"]["message"])

    assert {"\u2028", "\u2029", "\x85", "\u0308", "\U0001f600", '"', "\\", "\r\n", "\x01"} <= set(
        re.findall(r"\r\n|.", text, re.DOTALL)
    )
    assert len(line.decode().splitlines()) > 1
    assert line.count(b"\n") == 1
    assert line.endswith(b"}\n")
