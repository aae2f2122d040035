"""The truth: what is told of a batch beforehand is what clients see afterwards."""

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.switches import Switches
from batchmock.times import DAY, MICROSECOND, parse_instant, timestamp
from batchmock.unfolding.truth import BatchPlan, batch_plan, foresee, request_lines
from tests.mockserver.exchanges import BATCHES, App
from tests.mockserver.lives import (
    START,
    any_scenarios,
    create,
    custom_ids,
    defects,
    moments,
    requests,
    workspace,
)


def whole(instant: int) -> int:
    """Return an instant as a clock reads it: nothing is seen of a part of a microsecond."""
    return instant // MICROSECOND * MICROSECOND


def in_microseconds(scenario: Scenario) -> Scenario:
    pins = tuple(structs.replace(pin, at=None if pin.at is None else whole(pin.at)) for pin in scenario.pins)
    finishes = {name: whole(at) for name, at in scenario.timing.finishes.items()}
    return structs.replace(
        scenario,
        pins=pins,
        timing=structs.replace(scenario.timing, finishes=finishes),
        # What hides a batch from its client, or refuses it, is no part of what becomes of it.
        limits=RateLimits(),
        switches=Switches(),
    )


scenarios = any_scenarios.map(in_microseconds)


@settings(deadline=None)
@given(scenario=scenarios, ids=custom_ids, bad=defects, cancel=st.none() | moments.map(whole))
def test_the_results_are_what_the_truth_said_before_the_batch_ended(
    scenario: Scenario, ids: list[str], bad: set[int], cancel: int | None
) -> None:
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad))
    if cancel is not None and space.retrieve(batch_id, START + cancel).status != "ended":
        space.cancel(batch_id, START + cancel)

    told = batch_plan(space.retrieve(batch_id, START + (cancel or 0)))
    ended_at = parse_instant(told.batch.ended_at)
    ended = space.retrieve(batch_id, ended_at)
    # A retention as short as the window may archive results while the batch ends.
    lines = [json.loads(line) for line in space.results(batch_id, ended_at)] if ended.has_results else None

    assert space.retrieve(batch_id, ended_at - MICROSECOND).status != "ended"
    assert (ended.status, ended.counts) == ("ended", told.request_counts)
    assert [one.custom_id for one in told.requests] == ids
    assert sorted(one.place for one in told.requests) == list(range(len(ids)))
    if lines is not None:
        by_place = sorted(told.requests, key=lambda one: one.place)
        assert [(line["custom_id"], *seen(line["result"])) for line in lines] == [
            (one.custom_id, one.state, one.error) for one in by_place
        ]
    for one in told.requests:
        if one.state in ("canceled", "expired"):
            assert (one.started_at, one.finished_at) == (None, None)
        else:
            assert one.started_at is not None
            assert one.finished_at is not None
            assert told.batch.created_at <= one.started_at <= one.finished_at <= told.batch.ended_at


def seen(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["type"], result["error"]["error"]["type"] if result["type"] == "errored" else None


@settings(deadline=None)
@given(scenario=scenarios, ids=custom_ids, bad=defects, after=moments.map(whole))
def test_moving_counts_are_those_of_the_instants_told(
    scenario: Scenario, ids: list[str], bad: set[int], after: int
) -> None:
    space = workspace(structs.replace(scenario, counts="progressive"))
    batch_id = create(space, requests(ids, bad))
    view = space.retrieve(batch_id, START + after)

    told = batch_plan(view)

    if view.status != "ended":
        done = [one for one in told.requests if one.finished_at and one.finished_at <= timestamp(START + after)]
        by_state = Counter(one.state for one in done)
        assert view.counts.succeeded == by_state["succeeded"]
        assert view.counts.errored == by_state["errored"]
        assert view.counts.processing == len(ids) - len(done)


@given(ids=custom_ids, skip=st.integers(0, 14), limit=st.integers(1, 14))
def test_a_page_is_a_part_of_the_whole(ids: list[str], skip: int, limit: int) -> None:
    space = workspace(Scenario())
    view = space.retrieve(create(space, requests(ids, set())), START)

    whole: BatchPlan[str] = batch_plan(view)
    page = batch_plan(view, skip=skip, limit=limit)

    assert page.requests == whole.requests[skip : skip + limit]
    assert page.has_more == (skip + limit < len(ids))
    assert (page.batch, page.request_counts) == (whole.batch, whole.request_counts)


def test_a_plan_is_read_in_pages_and_in_lines() -> None:
    app = App()
    batch_id = app.create("a", "b--expired", "c--errored-overloaded_error")

    plan = app.ask("GET", f"/_emulator/batches/{batch_id}/plan?skip=1&limit=1")
    status, headers, body = app("GET", f"/_emulator/batches/{batch_id}/plan.jsonl")
    lines = [json.loads(line) for line in body.splitlines()]

    assert (status, headers["content-type"]) == (200, "application/x-jsonl")
    assert [(line["custom_id"], line["state"], line["error"]) for line in lines] == [
        ("a", "succeeded", None),
        ("b--expired", "expired", None),
        ("c--errored-overloaded_error", "errored", "overloaded_error"),
    ]
    assert plan["requests"] == lines[1:2]
    assert plan["has_more"] is True
    assert plan["request_counts"] == {"processing": 0, "succeeded": 1, "errored": 1, "canceled": 0, "expired": 1}
    assert plan["batch"] == {
        "id": batch_id,
        "processing_status": "in_progress",
        "created_at": "2026-09-21T14:13:20.000000+00:00",
        "cancel_initiated_at": None,
        "ended_at": "2026-09-22T14:13:20.000000+00:00",
        "expires_at": "2026-09-22T14:13:20.000000+00:00",
        "archived_at": "2026-10-20T14:13:20.000000+00:00",
        "requests": 3,
        "seed": 0,
    }


def test_batches_are_listed_until_they_are_deleted() -> None:
    app = App()
    first, second = app.create("a"), app.create("b", "c")
    app("POST", "/_emulator/clock/advance", {"by": "24h"})
    third = app.create("d")

    listed = app.ask("GET", "/_emulator/batches")["batches"]
    assert [(batch["id"], batch["processing_status"], batch["requests"]) for batch in listed] == [
        (first, "ended", 1),
        (second, "ended", 2),
        (third, "in_progress", 1),
    ]
    app("DELETE", f"{BATCHES}/{first}")
    assert [batch["id"] for batch in app.ask("GET", "/_emulator/batches")["batches"]] == [second, third]


def test_looking_at_the_truth_is_no_poll() -> None:
    app = App()
    app("PUT", "/_emulator/clock", {"mode": "stepped", "step": "10m"})
    batch_id = app.create("a")
    before = app.ask("GET", "/_emulator/clock")

    for path in ("batches", f"batches/{batch_id}/plan", f"batches/{batch_id}/plan.jsonl"):
        assert app("GET", f"/_emulator/{path}")[0] == 200

    assert app.ask("GET", "/_emulator/clock") == before


def test_a_batch_that_there_is_not_has_no_plan() -> None:
    app = App()
    app.create("a")

    for path in ("plan", "plan.jsonl"):
        status, _, body = app("GET", f"/_emulator/batches/msgbatch_01none/{path}")
        assert (status, json.loads(body)["error"]["type"]) == (404, "not_found_error")
    other = app("GET", f"/_emulator/batches/{app.history()[0]['batch_id']}/plan", headers={"x-api-key": "other"})
    assert other[0] == 404


def test_what_the_truth_of_a_large_batch_needs_is_worked_out_in_slices() -> None:
    space = workspace(Scenario())
    count = 20_000
    view = space.retrieve(create(space, requests([f"r{number}" for number in range(count)], set())), START)

    slices = 1
    while foresee(view.plan):
        slices += 1
    lines = [json.loads(line) for line in request_lines(view)]

    assert slices > 20
    assert {line["place"] for line in lines} == set(range(count))
    assert all(parse_instant(line["finished_at"]) <= START + DAY for line in lines)
