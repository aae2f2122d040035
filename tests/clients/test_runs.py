"""A run over a wire that is whole: every key one outcome, the right one, at the right price."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic
from hypothesis import given
from hypothesis import strategies as st

from batchclient.aio import AsyncBatchClient
from batchclient.encode import encode
from batchclient.errors import BudgetError, DuplicateKeyError, JournalBusyError, JournalMismatchError, UsageError
from batchclient.fingerprint import Fingerprint
from batchclient.keys import encode_key
from batchclient.outcomes import Errored, Expired, Succeeded
from batchclient.policy import Policy
from batchclient.reasons import Reason
from batchclient.sync import BatchClient
from tests.clients.world import NO_MODEL, Request, World, asking, some, texts, told, with_policy

Change = Callable[[list[Request]], list[Request]]


def test_every_key_gets_its_own_answer_in_the_order_of_the_requests(world: World) -> None:
    requests = some(12)

    with with_policy(world, requests_max=5).run(requests) as run:
        assert [key for key, _ in run] == [key for key, _ in requests]
        assert texts(run) == {key: params["messages"][0]["content"] for key, params in requests}
        assert run.counts.succeeded == run.counts.total == 12
    assert world.wire.count("create") == 3


def test_no_requests_make_no_batch(world: World) -> None:
    with world.run([]) as run:
        assert list(run) == []
    assert world.wire.seen == []


@pytest.mark.parametrize(
    "keys",
    [
        ["a/b", "a.b", "a b", "A B"],
        ["x" * 64 + "1", "x" * 64 + "2", "x" * 10_000, ""],
        ["é", "e\u0301", "\u2028", "\x00"],
        ["\ud800", "\udfff", "\ud800\udfff", "1", "01", "1e3"],
    ],
    ids=["punctuation", "length", "unicode", "half surrogates and numbers"],
)
def test_any_strings_are_keys_however_alike(world: World, keys: list[str]) -> None:
    requests = [asking(key, f"nonce-{n}") for n, key in enumerate(keys)]

    with world.run(requests) as run:
        assert [told(run[key]) for key in keys] == [f"nonce-{n}" for n in range(len(keys))]


def test_a_key_that_occurs_twice_is_named_before_anything_is_sent(world: World) -> None:
    with pytest.raises(DuplicateKeyError, match="'key 1' occurs twice"):
        world.run([*some(3), asking("key 1", "again")])
    assert world.wire.seen == []


def test_requests_may_be_a_mapping_of_keys_to_params(world: World, tmp_path: Path) -> None:
    requests = dict(some(3))

    world.do("submit", requests, journal=tmp_path / "run.db").close()
    with world.do("run", requests, journal=tmp_path / "run.db") as run:
        assert texts(run) == {f"key {n}": f"nonce-{n}" for n in range(3)}
    assert world.wire.count("create") == 1


NO_REQUESTS: list[tuple[list[Any], str]] = [
    ([{"custom_id": "a", "params": {}}], r"request 1 is of type dict; .*\(entry\['custom_id'\], entry"),
    ([*some(1), ("a", {}, {})], r"request 2 is of type tuple; requests are \(key, params\) pairs, or a mapping"),
    (["ab"], "request 1 is of type str"),
    ([None], "request 1 is of type NoneType"),
]


@pytest.mark.parametrize(("requests", "said"), NO_REQUESTS)
def test_what_is_no_request_is_told_before_anything_is_sent(world: World, requests: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        world.run(requests)
    assert world.wire.seen == []


@pytest.mark.parametrize(
    ("client", "sdk", "said"),
    [
        (BatchClient, AsyncAnthropic, "not AsyncAnthropic; use batchclient.aio.AsyncBatchClient"),
        (AsyncBatchClient, Anthropic, "not Anthropic; use batchclient.sync.BatchClient"),
        (BatchClient, str, r"takes an anthropic.Anthropic, not str; give it anthropic.Anthropic\(\)"),
        (AsyncBatchClient, str, "takes an anthropic.AsyncAnthropic, not str"),
    ],
)
def test_another_sdk_than_the_drivers_is_told(client: Any, sdk: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        client(sdk() if sdk is str else sdk(api_key="test"))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"metadata": {"x": "\ud800"}}, "surrogate"),
        ({"metadata": {"x": float("nan")}}, "JSON"),
        ({"metadata": {"x": object()}}, "object is not JSON"),
        ({"stream": True}, "stream"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"betas": ["x"]}, "betas"),
    ],
    ids=["surrogate", "nan", "object", "stream", "max_tokens", "betas"],
)
def test_a_request_that_cannot_be_sent_is_refused_alone(world: World, other: dict[str, Any], said: str) -> None:
    requests = [*some(2), asking("poisoned", "x", **other), *[asking("last", "nonce-last")]]

    with world.run(requests) as run:
        refused = run["poisoned"]
        assert isinstance(refused, Errored)
        assert said in refused.message
        assert (refused.sent, refused.retryable) == (False, False)
        assert run.counts.succeeded == 3


def test_a_request_larger_than_a_batch_is_refused_alone(world: World) -> None:
    requests = [*some(2), asking("large", "x" * 3_000), asking("last", "nonce-last")]

    with with_policy(world, bytes_max=2_000).run(requests) as run:
        refused = run["large"]
        assert isinstance(refused, Errored)
        assert refused.type == "request_too_large"
        assert run.counts.succeeded == 3


def test_params_may_be_any_mappings(world: World) -> None:
    user: Mapping[str, Any] = MappingProxyType({"user_id": "é"})
    requests = [(key, MappingProxyType(params | {"metadata": user})) for key, params in some(2)]

    with world.do("run", requests) as run:
        assert run.counts.succeeded == 2


def test_the_callers_params_are_not_changed(world: World) -> None:
    requests = some(3)

    world.run(requests).close()

    assert requests == some(3)


def test_an_error_keeps_its_type_message_and_is_not_tried_again(world: World) -> None:
    with world.run([asking("bad", "x", NO_MODEL), *some(1)]) as run:
        errored = run["bad"]
        assert isinstance(errored, Errored)
        assert (errored.type, errored.message) == ("not_found_error", f"model: {NO_MODEL}")
    assert world.wire.count("create") == 1


def test_reasons_that_many_share_are_told_once_and_counted(world: World) -> None:
    requests = [asking(f"bad {n}", "x", NO_MODEL) for n in range(5)]
    requests += [asking("stream", "x", stream=True), *some(2)]

    with world.run(requests) as run:
        first, second = run.reasons()
    assert first == Reason(5, "not_found_error", f"model: {NO_MODEL}")
    assert (second.count, second.type) == (1, "invalid_request_error")


def test_expired_requests_are_sent_again_and_answered_ones_are_not(expiring_url: str, tmp_path: Path) -> None:
    world = World(expiring_url, policy=Policy(retries=1))

    with world.run(some(30), tmp_path / "run.db") as run:
        counts = run.counts
        assert counts.succeeded + counts.expired == 30
        assert texts(run) == {
            f"key {n}": f"nonce-{n}" for n in range(30) if isinstance(run[f"key {n}"], Succeeded)
        }
        assert all(isinstance(outcome, Succeeded | Expired) for _, outcome in run)
    first, second = (batch["request_counts"] for batch in reversed(world.batches()))
    assert first["expired"] == sum(second.values()) > 0
    assert max(world.billed().values()) == 1


def test_a_finished_run_is_read_again_without_a_call(world: World, tmp_path: Path) -> None:
    with world.run(some(4), tmp_path / "run.db") as run:
        before = list(run)
    calls = len(world.wire.seen)

    with world.run(some(4), tmp_path / "run.db") as run:
        assert list(run) == before
    with world.resume(tmp_path / "run.db") as run:
        assert list(run) == before
    assert len(world.wire.seen) == calls


def test_steps_can_be_taken_one_by_one_by_different_processes(world: World, tmp_path: Path) -> None:
    journal = tmp_path / "run.db"

    with world.do("submit", some(4), journal=journal) as run:
        assert run.counts.open == 4
        assert list(run.open_keys()) == [key for key, _ in some(4)]
    world.do("wait", journal).close()
    with world.do("results", journal) as run:
        assert run.counts.succeeded == 4
    assert world.wire.count("create") == 1


CHANGES: dict[str, Change] = {
    "order": lambda requests: requests[::-1],
    "fewer": lambda requests: requests[:-1],
    "keys": lambda requests: [(key + "'", params) for key, params in requests],
    "params": lambda requests: [(key, params | {"max_tokens": 17}) for key, params in requests],
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_a_journal_of_other_requests_is_refused(world: World, tmp_path: Path, changed: Change) -> None:
    world.do("submit", some(4), journal=tmp_path / "run.db").close()

    with pytest.raises(JournalMismatchError, match="other requests"):
        world.run(changed(some(4)), tmp_path / "run.db")
    assert world.wire.count("create") == 1


@given(at=st.integers(0, 3), place=st.integers(0, 20), letter=st.characters(codec="utf-8"), in_key=st.booleans())
def test_any_one_character_makes_it_another_run(at: int, place: int, letter: str, in_key: bool) -> None:
    given_before, given_now = some(4), some(4)
    key, params = given_now[at]
    text = key if in_key else params["messages"][0]["content"]
    changed = text[:place] + letter + text[place + 1 :]
    given_now[at] = (changed, params) if in_key else asking(key, changed)

    assert (printed(given_before) == printed(given_now)) == (text == changed)
    assert printed(given_before) != printed(given_before, base_url="https://other.example")
    assert printed(given_before) != printed(given_before, betas=["x"])


def printed(requests: list[Request], base_url: str = "https://api.example", betas: Sequence[str] = ()) -> str:
    found = Fingerprint(base_url, betas)
    for key, params in requests:
        body = encode(params)
        assert isinstance(body, bytes)
        found.add(encode_key(key), body)
    return found.text()


def test_a_journal_of_another_server_is_refused(world: World, tmp_path: Path) -> None:
    world.do("submit", some(4), journal=tmp_path / "run.db").close()
    world.url = world.url.replace("127.0.0.1", "localhost")

    with pytest.raises(JournalMismatchError, match="its batches are at"):
        world.run(some(4), tmp_path / "run.db")
    assert len(world.wire.seen) == 2


def test_a_journal_that_someone_works_on_is_refused(world: World, tmp_path: Path) -> None:
    with world.do("submit", some(2), journal=tmp_path / "run.db"), pytest.raises(JournalBusyError):
        world.run(some(2), tmp_path / "run.db")
    assert world.wire.count("create") == 1


def test_cost_is_half_price_and_what_may_cost_more_than_the_budget_is_not_sent(world: World) -> None:
    with world.run(some(2)) as run:
        cost = run.cost()
        assert cost.usd == pytest.approx((cost.input_tokens * 1 + cost.output_tokens * 5) / 2e6)
        assert cost.usd > 0
    calls = len(world.wire.seen)

    with pytest.raises(BudgetError, match="nothing was sent"):
        with_policy(world, budget_usd=1e-6).run(some(2))
    with pytest.raises(UsageError, match="no price for claude-none"):
        world.run([asking("x", "x", NO_MODEL)])
    assert len(world.wire.seen) == calls


def test_betas_travel_with_every_create(world: World) -> None:
    with_policy(world, betas=("output-300k-2026-03-24",), requests_max=1).run(some(2)).close()

    sent = [seen.headers.get("anthropic-beta") for seen in world.wire.seen if seen.operation == "create"]
    assert sent == ["output-300k-2026-03-24"] * 2
