"""How a batch unfolds, at the moments where something changes."""

from collections import Counter
from typing import Any

import httpx2
import msgspec
import pytest

from batchmock.clock import ClockSetting
from batchmock.errors import ApiError
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Timing, Uniform
from batchmock.wire.batch import RequestCounts
from batchmock.workspace import Workspace
from tests.mockserver.lives import START, create, requests, workspace

IDS = [f"r{number}" for number in range(200)]
TWO_DAYS = Scenario(timing=Timing(batch=Fixed(48 * HOUR)))
TEN_MINUTES = Scenario(timing=Timing(batch=Fixed(10 * MINUTE)))


def batch(scenario: Scenario, bad: set[int] | None = None) -> tuple[Workspace, str]:
    space = workspace(scenario)
    return space, create(space, requests(IDS, bad or set()))


def counts(space: Workspace, batch_id: str, at: int) -> RequestCounts:
    return space.retrieve(batch_id, START + at).counts


def test_requests_that_have_not_started_when_the_window_closes_expire_and_the_finished_are_kept() -> None:
    space, batch_id = batch(TWO_DAYS)

    assert counts(space, batch_id, DAY - 1) == RequestCounts(processing=200)
    ended = counts(space, batch_id, DAY)
    assert ended.expired + ended.succeeded == 200
    assert 60 < ended.expired < 140


def test_a_request_that_is_running_when_the_window_closes_is_let_finish() -> None:
    slow = Timing(batch=Fixed(20 * HOUR), request=Uniform(30 * HOUR, 40 * HOUR))
    space, batch_id = batch(Scenario(timing=slow))

    view = space.retrieve(batch_id, START + DAY)
    assert (view.status, view.ended_at, view.counts.succeeded) == ("ended", START + DAY, 200)


def test_a_cancel_right_after_the_create_catches_every_request() -> None:
    space, batch_id = batch(TEN_MINUTES, bad={3, 7})
    space.cancel(batch_id, START + SECOND // 5)

    assert counts(space, batch_id, SECOND) == RequestCounts(processing=200)
    assert counts(space, batch_id, MINUTE) == RequestCounts(canceled=200)


def test_a_cancel_half_way_keeps_what_had_started() -> None:
    space, batch_id = batch(TEN_MINUTES, bad=set(range(100)))
    space.cancel(batch_id, START + 5 * MINUTE)

    ended = counts(space, batch_id, 6 * MINUTE)
    assert ended.canceled + ended.succeeded + ended.errored == 200
    assert 60 < ended.canceled < 140
    assert ended.succeeded > 20
    assert ended.errored > 20


def test_a_cancel_when_everything_is_running_cancels_nothing() -> None:
    running_all = Timing(batch=Fixed(0), request=Uniform(5 * MINUTE, 6 * MINUTE))
    space, batch_id = batch(Scenario(timing=running_all))
    space.cancel(batch_id, START + MINUTE)

    assert space.retrieve(batch_id, START + 2 * MINUTE).status == "canceling"
    assert counts(space, batch_id, 10 * MINUTE) == RequestCounts(succeeded=200)


def test_a_second_cancel_changes_nothing_and_one_after_the_end_is_refused() -> None:
    space, batch_id = batch(TEN_MINUTES)
    first = space.cancel(batch_id, START + MINUTE)

    assert space.cancel(batch_id, START + MINUTE + SECOND).facts == first.facts
    with pytest.raises(ApiError, match="already ended") as refused:
        space.cancel(batch_id, START + HOUR)
    assert refused.value.status == 400


@pytest.mark.parametrize(("rule", "moving"), [("at_end", False), ("progressive", True)])
def test_counts_move_before_the_end_only_when_switched(rule: Any, moving: bool) -> None:
    space, batch_id = batch(Scenario(timing=TEN_MINUTES.timing, counts=rule), bad=set(range(50)))

    half_way = counts(space, batch_id, 5 * MINUTE)
    assert (half_way.processing < 200) == moving
    assert (half_way.errored > 5) == moving


def test_results_go_exactly_29_days_after_creation() -> None:
    space, batch_id = batch(TEN_MINUTES)

    assert space.retrieve(batch_id, START + 29 * DAY - 1).has_results
    archived = space.retrieve(batch_id, START + 29 * DAY)
    assert (archived.has_results, archived.archived_at) == (False, START + 29 * DAY)
    space.delete(batch_id, START + 30 * DAY)
    with pytest.raises(ApiError, match=f"Message Batch {batch_id} not found"):
        space.retrieve(batch_id, START + 30 * DAY)


def test_seeds_differ_in_ids_lengths_outcomes_and_order() -> None:
    def told(seed: int) -> tuple[str, int | None, list[bytes]]:
        space, batch_id = batch(Scenario(seed=seed))
        view = space.retrieve(batch_id, START + DAY)
        return batch_id, view.ended_at, list(space.results(batch_id, START + DAY))

    one, same, other = told(1), told(1), told(2)
    assert one == same
    assert [mine == theirs for mine, theirs in zip(one, other, strict=True)] == [False, False, False]


def test_batches_of_one_workspace_differ_in_length() -> None:
    space = workspace(Scenario())
    ends = Counter(space.retrieve(create(space, requests(["a"], set())), START + DAY).ended_at for _ in range(20))

    assert len(ends) >= 15


def test_every_result_order_is_what_its_name_says() -> None:
    def order(name: Any) -> list[str]:
        space, batch_id = batch(Scenario(order=name, timing=TEN_MINUTES.timing))
        return [msgspec.json.decode(line)["custom_id"] for line in space.results(batch_id, START + DAY)]

    assert order("submitted") == IDS
    assert order("reversed") == IDS[::-1]
    assert sorted(order("completion")) == sorted(order("shuffled")) == sorted(IDS)
    assert len({tuple(order(name)) for name in ("submitted", "reversed", "completion", "shuffled")}) == 4


def test_text_of_any_script_survives_a_body_that_comes_in_pieces_and_the_way_back() -> None:
    text = 'žluťoučký 🐎 \u2028 \x00 日本語 \\ud800 "quoted"' * 50
    params = {"model": "claude-opus-5", "max_tokens": 9_000, "messages": [{"role": "user", "content": text}]}
    body = msgspec.json.encode({"requests": [{"custom_id": "a", "params": params}]})
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))

    with running(Settings(clock=ClockSetting(mode="manual"))) as url:
        created = httpx2.post(f"{url}/v1/messages/batches", headers=headers, content=pieces)
        httpx2.post(f"{url}/_emulator/clock/advance", headers=headers, json={"by": "24h"})
        results = httpx2.get(f"{url}/v1/messages/batches/{created.json()['id']}/results", headers=headers)

    message = msgspec.json.decode(results.content)["result"]["message"]
    assert message["content"][0]["text"].endswith(": " + text)
