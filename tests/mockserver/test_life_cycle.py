"""What must hold for any submission, seed, moment and cancel: the life of a batch as a client can see it."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchmock.errors import ApiError
from batchmock.scenario import Scenario
from batchmock.times import DAY
from batchmock.unfolding.projection import BatchView, render
from batchmock.wire.batch import MessageBatch
from batchmock.workspace import Workspace
from tests.mockserver.lives import START, create, custom_ids, defects, moments, requests, scenarios, workspace

FORWARD = {"in_progress": 0, "canceling": 1, "ended": 2}


def seen(space: Workspace, batch_id: str, at: int) -> MessageBatch:
    return render(space.retrieve(batch_id, START + at), "url")


class Line(msgspec.Struct):
    custom_id: str
    result: dict[str, Any]


def lines(space: Workspace, batch_id: str, at: int) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in space.results(batch_id, START + at)]


def try_cancel(space: Workspace, batch_id: str, at: int | None) -> bool:
    """Cancel at a moment, if there is one; tell whether the batch took it."""
    if at is None:
        return False
    try:
        space.cancel(batch_id, START + at)
    except ApiError as refused:
        if refused.status != 400:
            raise
        return False
    return True


def end_of(view: BatchView) -> int:
    assert view.ended_at is not None
    return view.ended_at - START


lives = given(scenarios, custom_ids, defects, st.none() | moments, st.lists(moments, min_size=1, max_size=6))


@lives
def test_counts_always_sum_to_the_number_of_requests(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    canceled = try_cancel(space, batch_id, cancel_at)

    for at in looks:
        counts = msgspec.structs.asdict(
            seen(space, batch_id, at if not canceled else at + (cancel_at or 0)).request_counts
        )
        assert sum(counts.values()) == len(ids)
        assert min(counts.values()) >= 0


@lives
def test_status_and_counts_only_move_forward(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    before_cancel = [at for at in sorted(looks) if cancel_at is None or at <= cancel_at]
    views = [seen(space, batch_id, at) for at in before_cancel]
    try_cancel(space, batch_id, cancel_at)
    views += [seen(space, batch_id, at) for at in sorted(looks) if at not in before_cancel]

    places = [FORWARD[view.processing_status] for view in views]
    assert places == sorted(places)
    for earlier, later in pairwise(views):
        assert earlier.request_counts.succeeded <= later.request_counts.succeeded
        assert earlier.request_counts.errored <= later.request_counts.errored
        assert earlier.request_counts.processing >= later.request_counts.processing


@lives
def test_counts_stay_all_processing_until_the_end_unless_switched(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))

    for at in looks:
        view = seen(space, batch_id, at)
        if view.processing_status == "ended":
            assert view.request_counts.processing == 0
        elif scenario.counts == "at_end":
            assert view.request_counts.processing == len(ids)


@lives
def test_results_exist_exactly_while_ended_and_not_archived(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    try_cancel(space, batch_id, cancel_at)

    for at in looks:
        view = seen(space, batch_id, at)
        available = view.processing_status == "ended" and at < 29 * DAY
        assert (view.results_url is not None) == available
        assert (view.archived_at is not None) == (at >= 29 * DAY)
        if available:
            assert len(lines(space, batch_id, at)) == len(ids)
        else:
            with pytest.raises(ApiError, match="has no available results") as refused:
                space.results(batch_id, START + at)
            assert refused.value.status == 404


@lives
def test_every_custom_id_has_exactly_one_line_and_the_lines_agree_with_the_counts(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    try_cancel(space, batch_id, cancel_at)
    counts = seen(space, batch_id, DAY).request_counts

    read = lines(space, batch_id, DAY)

    assert sorted(line.custom_id for line in read) == sorted(ids)
    for state in ("succeeded", "errored", "canceled", "expired"):
        told = sum(line.result["type"] == state for line in read)
        assert told == getattr(counts, state)


@lives
def test_canceled_and_expired_are_only_where_they_can_be(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    canceled = try_cancel(space, batch_id, cancel_at)
    view = space.retrieve(batch_id, START + DAY)

    assert view.counts.canceled == 0 or canceled
    assert view.counts.expired == 0 or (not canceled and end_of(view) == DAY)
    assert view.counts.errored <= len(bad)


@lives
def test_a_batch_ends_within_its_window_and_after_its_cancel(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    canceled = try_cancel(space, batch_id, cancel_at)
    view = seen(space, batch_id, DAY)
    created, ended, expires = (
        datetime.fromisoformat(text or "") for text in (view.created_at, view.ended_at, view.expires_at)
    )

    assert view.processing_status == "ended"
    assert created < ended <= expires == created + timedelta(hours=24)
    assert not canceled or datetime.fromisoformat(view.cancel_initiated_at or "") < ended


@lives
def test_a_view_is_the_same_however_often_and_in_whatever_order_it_is_asked_for(
    scenario: Scenario, ids: list[str], bad: set[int], cancel_at: int | None, looks: list[int]
) -> None:
    one, other = workspace(scenario), workspace(scenario)
    batch_id = create(one, requests(ids, bad))
    assert create(other, requests(ids, bad)) == batch_id
    assert try_cancel(one, batch_id, cancel_at) == try_cancel(other, batch_id, cancel_at)

    forwards = {at: seen(one, batch_id, at) for at in looks}
    backwards = {at: seen(other, batch_id, at) for at in reversed(looks * 2)}

    assert forwards == backwards
    assert list(one.results(batch_id, START + DAY)) == list(other.results(batch_id, START + DAY))


@given(scenarios, custom_ids.filter(lambda ids: len(ids) > 1), defects, st.data())
def test_removing_a_request_leaves_the_outcomes_of_the_others_alone(
    scenario: Scenario, ids: list[str], bad: set[int], data: st.DataObject
) -> None:
    # Requests that wait for one another are the exception: one less, and the next starts sooner.
    scenario = replace(scenario, timing=replace(scenario.timing, concurrency=None))
    made = requests(ids, bad)
    removed = data.draw(st.integers(0, len(made) - 1))
    whole, part = workspace(scenario), workspace(scenario)
    whole_id, part_id = create(whole, made), create(part, made[:removed] + made[removed + 1 :])

    outcomes = {line.custom_id: line.result for line in lines(whole, whole_id, DAY)}
    others = {line.custom_id: line.result for line in lines(part, part_id, DAY)}

    assert others == {key: result for key, result in outcomes.items() if key != ids[removed]}


@given(st.integers(0, 2**32), custom_ids)
def test_shuffled_results_never_come_in_the_order_of_submission(seed: int, ids: list[str]) -> None:
    space = workspace(Scenario(seed=seed))
    batch_id = create(space, requests(ids, set()))

    order = [line.custom_id for line in lines(space, batch_id, DAY)]

    assert (order == ids) == (len(ids) == 1)


@given(st.integers(0, 2**32))
def test_most_batches_end_within_an_hour_by_default(seed: int) -> None:
    space = workspace(Scenario(seed=seed))
    ends = [end_of(space.retrieve(create(space, requests(["a"], set())), START + DAY)) for _ in range(40)]

    assert sum(end <= DAY / 24 for end in ends) >= 34
