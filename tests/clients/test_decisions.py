"""The client's decisions by themselves: lines, ids, parcels, waits, prices."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchclient.answers import Batch, Busy, Lost, NotFound, Refused, batch_in
from batchclient.cost import cost, estimate
from batchclient.effects import Answer, NoAnswer
from batchclient.encode import Refusal, encode
from batchclient.ids import NONCE_LENGTH, custom_id, number_of
from batchclient.lines import LineSplitter
from batchclient.origins import is_trusted
from batchclient.outcomes import Kind, Succeeded, outcome
from batchclient.pace import BACKOFF_S_MAX, POLL_S_MAX, POLL_S_MIN, backoff_s, poll_delay_s, retry_after_s
from batchclient.prices import PRICES, Price, price_of
from batchclient.split import COMMA, HEAD, TAIL, Limits, Splitter, entry, entry_size

NONCE = "0123456789abcdef0123"
draws = st.floats(0, 1, exclude_max=True)
# Everything that some reader of lines takes for the end of one.
texts = st.text(st.sampled_from("ab\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1eé😀")).map(str.encode)


@given(
    st.lists(texts.filter(lambda line: line.strip(b" \t\r") == line and line), max_size=8),
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\r\n \r\n"]),
    st.booleans(),
    st.integers(1, 9),
)
def test_lines_come_whole_whatever_pieces_they_come_in(
    lines: list[bytes], end: bytes, is_ended: bool, size: int
) -> None:
    body = end.join(lines) + (end if is_ended else b"")
    splitter = LineSplitter()

    found = [line for at in range(0, len(body), size) for line in splitter.feed(body[at : at + size])]
    assert found + splitter.rest() == lines


@given(st.integers(0, 10**9), st.text(max_size=30))
def test_a_custom_id_is_legal_and_stands_for_its_number_alone(number: int, other: str) -> None:
    made = custom_id(NONCE, number)

    assert number_of(NONCE, made) == number
    assert len(NONCE) == NONCE_LENGTH
    assert len(made) <= 64
    assert made.replace("-", "").isalnum()
    assert number_of(NONCE, other) is None
    assert number_of("f" * NONCE_LENGTH, made) is None


@pytest.mark.parametrize("digits", ["", "01", "+1", " 1", "1 ", "1_0", "-1", "1e3", "²", "\u0661", "9" * 5_000])
def test_a_number_written_otherwise_is_a_stranger(digits: str) -> None:
    assert number_of(NONCE, f"{NONCE}-{digits}") is None


@given(
    st.lists(st.text(st.characters(exclude_categories=[]), max_size=40), max_size=30),
    st.integers(1, 5),
    st.integers(60, 300),
)
def test_parcels_hold_every_request_once_and_stay_within_the_limits(
    contents: list[str], requests_max: int, bytes_max: int
) -> None:
    limits, groups, alone = Limits(requests_max, bytes_max), list[list[bytes]](), list[int]()
    splitter = Splitter(limits)
    for number, content in enumerate(contents):
        params = encode({"x": content})
        if isinstance(params, Refusal) or not limits.admits(entry_size(number, len(params))):
            alone.append(number)
            continue
        made = entry(custom_id(NONCE, number), params)
        assert len(made) == entry_size(number, len(params))
        if splitter.begins_another(len(made)):
            groups.append([])
        groups[-1].append(made)

    bodies = [HEAD + COMMA.join(group) + TAIL for group in groups]
    assert all(len(body) <= bytes_max for body in bodies)
    assert all(1 <= len(group) <= requests_max for group in groups)
    assert sum(map(len, groups)) + len(alone) == len(contents)


@given(st.floats(0, 1e6), st.none() | st.floats(0, 1e4), draws)
def test_polls_are_spread_within_bounds_and_never_earlier_than_hinted(
    elapsed: float, hint: float | None, draw: float
) -> None:
    delay = poll_delay_s(elapsed, hint, draw)

    assert max(POLL_S_MIN, hint or 0) <= delay <= max(POLL_S_MAX, hint or 0) * 1.2


@given(st.integers(1, 10**6), st.none() | st.floats(0, 1e4), draws)
def test_backing_off_grows_to_a_bound(failures: int, hint: float | None, draw: float) -> None:
    assert max(0.5, hint or 0) <= backoff_s(failures, hint, draw) <= max(BACKOFF_S_MAX, hint or 0)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
@example("1e999", "nan", "x")
@example("-1", "Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 01 Jan 9999 00:00:00 -2359")
def test_any_retry_after_is_a_finite_wait_or_none(ms: str, text: str, date: str) -> None:
    found = retry_after_s({"retry-after-ms": ms, "retry-after": text, "date": date})

    assert found is None or (0 <= found < math.inf)


@given(
    st.binary(max_size=60) | st.sampled_from([b"{}", b'{"id":1}', b"null", b"[" * 50_000]), st.integers(100, 599)
)
def test_any_answer_means_something(body: bytes, status: int) -> None:
    assert isinstance(batch_in(Answer(status, {}, body)), Batch | Busy | Lost | NotFound | Refused)


def test_only_what_cannot_have_arrived_may_be_sent_again_unlooked() -> None:
    assert isinstance(batch_in(NoAnswer("refused", sent=False)), Busy)
    assert isinstance(batch_in(NoAnswer("reset", sent=True)), Lost)


BASE = "https://api.example/anthropic"


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://api.example/other", True),
        ("https://API.EXAMPLE:443/x", True),
        ("/v1/results", True),
        ("v1/results?x={q}", True),
        ("http://api.example/x", False),
        ("https://api.example:8443/x", False),
        ("https://api.example.evil/x", False),
        ("//evil.example/x", False),
        ("https://api.example@evil.example/x", False),
        ("https://evil.example\\@api.example/x", False),
        ("https://api.example:x/", False),
        ("file:///etc/passwd", False),
        ("https://friend.example/x", True),
    ],
)
def test_the_credential_goes_to_the_base_urls_origin_and_named_ones(url: str, trusted: bool) -> None:
    assert is_trusted(url, BASE, {"https://friend.example"}) is trusted


PRICE = Price(input=1, output=5, cache_write_5m=1.25, cache_write_1h=2, cache_read=0.1)
counts = st.integers(0, 10**6)


@given(counts, counts, counts, counts, counts)
def test_every_kind_of_token_costs_half(read: int, written: int, short: int, long: int, cached: int) -> None:
    usage = {
        "input_tokens": read,
        "output_tokens": written,
        "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "cache_read_input_tokens": cached,
        "unheard_of_tokens": 7,
    }

    found = cost([{"model": "m-1", "usage": usage}], {"m": PRICE})
    assert found.usd == pytest.approx((read + 5 * written + 1.25 * short + 2 * long + 0.1 * cached) / 2e6)


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": None}, {"cache_creation": None}, "x"], ids=str)
def test_usage_that_is_not_told_costs_nothing(usage: object) -> None:
    assert cost([{"model": "m", "usage": usage}], {"m": PRICE}).usd == 0


def test_cache_writes_that_are_not_split_are_for_five_minutes() -> None:
    usage = {"cache_creation_input_tokens": 1_000_000}

    assert cost([{"model": "m", "usage": usage}], {"m": PRICE}).usd == pytest.approx(0.625)


def test_a_model_without_a_price_is_named_and_not_free() -> None:
    assert cost([{"model": "x", "usage": {"input_tokens": 5}}] * 2, {"m": PRICE}).unpriced == {"x": 2}


def test_the_longest_name_that_fits_gives_the_price() -> None:
    assert price_of("claude-opus-5-5-20261007", PRICES) is PRICES["claude-opus-5-5"]
    assert price_of("claude-opus-5-20260401", PRICES) is PRICES["claude-opus-5"]
    assert price_of("gpt", PRICES) is None


def test_a_long_prompt_pays_its_own_price() -> None:
    long = {"model": "claude-haiku-4-9", "usage": {"input_tokens": 100, "output_tokens": 100}}
    price = replace(PRICE, long_prompt_tokens=99, long_prompt=PRICES["claude-opus-5"])
    prices = {"claude-haiku-4-9": price}

    assert cost([long], prices).usd == pytest.approx((100 * 5 + 100 * 25) / 2e6)


def test_an_estimate_is_never_below_what_it_may_cost() -> None:
    params = b'{"model":"m","max_tokens":100,"messages":[]}'
    found = estimate([params], {"m": PRICE})

    assert found.output_tokens_max == 100
    assert found.usd_max >= (len(params) / 4 + 500) / 2e6


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([], ""),
        ([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}], "a"),
        ([{"type": "text", "text": "a"}, {"type": "tool_use"}, {"type": "text", "text": "b"}], "ab"),
        ([{"type": "brand_new"}, 7, None, {"type": "text", "text": 5}], ""),
        (None, ""),
    ],
    ids=["empty", "thinking", "two texts", "odd", "null"],
)
@pytest.mark.parametrize(
    ("stop_reason", "ending"),
    [
        ("end_turn", "finished"),
        ("tool_use", "finished"),
        ("max_tokens", "truncated"),
        ("refusal", "refused"),
        ("pause_turn", "paused"),
        ("brand_new", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_succeeded_answer_says_whether_it_is_whole(
    content: object, text: str, stop_reason: str | None, ending: str
) -> None:
    found = Succeeded({"content": content, "stop_reason": stop_reason})

    assert (found.text, found.ending, found.finished) == (text, ending, ending == "finished")


blocks = st.recursive(
    st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=5)})
    | st.fixed_dictionaries({"type": st.sampled_from(["thinking", "tool_use", "brand_new"])})
    | st.fixed_dictionaries({"type": st.just("text"), "text": st.none() | st.integers()})
    | st.none(),
    lambda inner: st.fixed_dictionaries({"type": st.just("tool_result"), "content": st.lists(inner, max_size=2)}),
    max_leaves=3,
)


@given(st.lists(blocks, max_size=5), st.none() | st.text(max_size=5))
def test_an_answer_of_any_blocks_is_kept_and_its_text_is_that_of_its_text_blocks(
    content: list[Any], stop_reason: str | None
) -> None:
    message = {"content": content, "stop_reason": stop_reason}
    line = json.dumps({"custom_id": "x", "result": {"type": "succeeded", "message": message}}).encode()

    found = outcome(Kind.SUCCEEDED, line)
    assert isinstance(found, Succeeded)
    assert found.message == message
    said = [block["text"] for block in content if block and block["type"] == "text" and block["text"]]
    assert found.text == "".join(text for text in said if isinstance(text, str))
    assert found.finished == (stop_reason in ("end_turn", "stop_sequence", "tool_use"))


def test_half_a_surrogate_pair_in_an_answer_is_delivered() -> None:
    line = (
        b'{"custom_id":"x","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"\\ud800"}]}}}'
    )
    found = outcome(Kind.SUCCEEDED, line)

    assert isinstance(found, Succeeded)
    assert found.text == "\ud800"
