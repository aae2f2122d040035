"""Waiting: what passes by itself is waited out, what does not is told, and nobody is hammered."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from batchclient.bench import Progress
from batchclient.errors import (
    AccountError,
    BatchNotFoundError,
    CancelError,
    DeadlineError,
    RefusedError,
    ResultsError,
    UnreachableError,
)
from batchclient.run import UnfinishedError
from tests.clients.wire import Answered, Fault, Lost, Operation, Served, Unreached
from tests.clients.world import World, some, with_policy

HOUR = 3600.0


def showing(status: str, **other: object) -> Served:
    """Return an answer to a poll that shows another status."""
    return Served(lambda body: [json.dumps(json.loads(body) | {"processing_status": status} | other).encode()])


PASSING: dict[str, Fault] = {
    "500": Answered(500),
    "502 with HTML": Answered(502),
    "529": Answered(529),
    "429": Answered(429),
    "reset": Lost(),
    "unreached": Unreached(),
    "half an answer": Served(lambda body: [body[:30]]),
    "200 with HTML": Answered(200),
    "another batch": Answered(200, b'{"id":"msgbatch_other","processing_status":"ended"}'),
    "not found": Answered(404),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_polls_that_fail_in_passing_are_waited_out(world: World, fault: Fault) -> None:
    times = 4 if fault == PASSING["not found"] else 12
    world.wire.plan = {("retrieve", n): fault for n in range(times)}

    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    assert (world.wire.count("create"), world.wire.count("cancel")) == (1, 0)
    waits = world.wire.times("retrieve")
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(waits))


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_poll_ends_the_wait_at_once(world: World, status: int) -> None:
    world.wire.plan = {("retrieve", n): Answered(status) for n in range(99)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3))
    assert isinstance(raised.value.causes[0], RefusedError)
    assert raised.value.batch_ids == (world.batches()[0]["id"],)
    assert (world.wire.count("retrieve"), world.wire.count("cancel")) == (1, 0)


def test_a_batch_that_is_never_found_is_told_after_a_grace(world: World) -> None:
    world.wire.plan = {("retrieve", n): Answered(404) for n in range(99)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3))
    assert isinstance(raised.value.causes[0], BatchNotFoundError)
    assert 60 <= world.now <= HOUR
    assert world.wire.count("retrieve") >= 5
    assert (world.wire.count("create"), world.wire.count("cancel")) == (1, 0)


@pytest.mark.parametrize("status", ["in_progress", "canceling", "finalizing", "expired", "completed"])
def test_only_ended_is_the_end_and_what_never_ends_is_left_alone_in_time(world: World, status: str) -> None:
    world.wire.plan = {("retrieve", n): showing(status, results_url=None) for n in range(5_000)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3))
    assert isinstance(raised.value.causes[0], DeadlineError)
    assert 24 * HOUR <= world.now <= 48 * HOUR
    assert world.wire.count("retrieve") <= 2_000
    assert world.wire.count("cancel") == 0


def test_a_server_that_goes_away_for_good_ends_the_wait_in_time(world: World) -> None:
    world.wire.plan = {("retrieve", n): Unreached() for n in range(5_000)}

    with pytest.raises(UnfinishedError):
        world.run(some(3))
    assert world.now <= 48 * HOUR


@pytest.mark.parametrize(
    ("value", "least"),
    [
        ("0", 0),
        ("1", 1),
        ("59", 59),
        ("61.5", 61.5),
        ("3600", 3600),
        ("-1", 0),
        ("1e999", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_a_poll_is_not_repeated_before_the_time_that_was_asked_for(world: World, value: str, least: float) -> None:
    world.wire.plan = {("retrieve", 0): Answered(429, headers={"retry-after": value})}

    world.run(some(3)).close()
    first, second = world.wire.times("retrieve")[:2]
    assert max(least, 0.5) <= second - first <= max(1.3 * least, 15)


def test_polls_that_fail_again_and_again_are_told_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.wire.plan = {("retrieve", n): Unreached() for n in range(4)}

    world.run(some(3)).close()
    (told,) = caplog.messages
    assert f"poll failed (cannot reach {world.url}: unreached); polling on" in told


def test_a_retry_after_that_is_a_date_is_read_against_the_servers_own_clock(world: World) -> None:
    headers = {"date": "Mon, 01 Jan 2001 00:00:00 GMT", "retry-after": "Mon, 01 Jan 2001 00:02:00 GMT"}
    world.wire.plan = {("retrieve", 0): Answered(503, headers=headers)}

    world.run(some(3)).close()
    first, second = world.wire.times("retrieve")[:2]
    assert 120 <= second - first <= 150


def test_a_retry_after_beyond_all_patience_is_not_slept_through(world: World) -> None:
    headers = {"retry-after": "1000000000"}
    world.wire.plan = {("retrieve", n): Answered(429, headers=headers) for n in range(9)}

    with pytest.raises(UnfinishedError):
        world.run(some(3))
    assert world.now <= 48 * HOUR


@pytest.mark.parametrize("operation", ["create", "list", "results", "cancel"])
def test_no_call_is_repeated_sooner_than_asked_nor_waited_for_beyond_all_patience(
    world: World, tmp_path: Path, operation: Operation
) -> None:
    world.do("submit", some(3), journal=tmp_path / "other.db").close()
    later = Answered(429, headers={"retry-after": "1000000000"})
    plan: dict[tuple[str, int], Fault] = {(operation, n): later for n in range(1, 99)}
    plan[operation, 0] = Answered(429, headers={"retry-after": "3600"})
    if operation == "cancel":
        plan |= {("retrieve", n): showing("in_progress") for n in range(99)}
    world.wire.plan = plan
    if operation in ("create", "list"):
        world.wire.seen.clear()

    with pytest.raises(UnfinishedError) as raised:
        world.do("cancel", tmp_path / "other.db") if operation == "cancel" else world.run(some(3))
    assert isinstance(raised.value.causes[0], UnreachableError | ResultsError | CancelError)
    first, second = world.wire.times(operation)
    assert second - first >= HOUR
    assert world.now <= 48 * HOUR


def test_a_deadline_of_the_users_own_leaves_the_batch_and_names_it(world: World, tmp_path: Path) -> None:
    world.wire.plan = {("retrieve", n): showing("in_progress") for n in range(99)}
    seen: list[Progress] = []
    world.observe = seen.append

    with pytest.raises(UnfinishedError, match=r"not ended 2\.0 hours") as raised:
        with_policy(world, wait_s_max=2 * HOUR).run(some(3), tmp_path / "run.db")
    raised.value.run.close()
    assert isinstance(raised.value.causes[0], DeadlineError)
    assert raised.value.batch_ids == (world.batches()[0]["id"],)
    assert 2 * HOUR <= world.now <= 2 * HOUR + 60
    assert seen[-1].deadline_s == 2 * HOUR
    assert world.wire.count("cancel") == 0

    world.wire.heal()
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("create") == 1


def test_an_id_of_any_form_is_taken_as_it_is(world: World) -> None:
    odd = "batch/../1?x=é"

    def renamed(body: bytes) -> list[bytes]:
        return [json.dumps(json.loads(body) | {"id": odd}).encode()]

    world.wire.plan = {("create", 0): Served(renamed)}
    with pytest.raises(UnfinishedError):
        world.run(some(3))
    assert world.wire.seen[-1].url == f"{world.url}/v1/messages/batches/batch%2F..%2F1%3Fx%3D%C3%A9"


@pytest.mark.parametrize(
    "counts",
    [None, {}, {"processing": 0, "succeeded": 0}, {"processing": 3, "succeeded": -7, "errored": "x"}, "many"],
    ids=str,
)
def test_counters_decide_nothing(world: World, counts: object) -> None:
    def miscount(body: bytes) -> list[bytes]:
        return [json.dumps(json.loads(body) | {"request_counts": counts}).encode()]

    world.wire.plan = {("retrieve", n): Served(miscount) for n in range(9)}

    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3


@pytest.mark.parametrize(
    ("created", "expires"),
    [
        ("1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z"),
        ("2099-01-01T00:00:00.123456+05:30", "2099-01-02T00:00:00.123456+05:30"),
        ("2026-01-01T00:00:00", "2026-01-02T00:00:00"),
        ("yesterday", None),
    ],
)
def test_no_clock_but_the_servers_own_is_read(world: World, created: str, expires: str | None) -> None:
    def redate(body: bytes) -> list[bytes]:
        return [json.dumps(json.loads(body) | {"created_at": created, "expires_at": expires}).encode()]

    world.wire.plan = {("retrieve", n): Served(redate) for n in range(9)}

    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3


def test_another_accounts_credential_is_noticed_before_anything_is_made_of_a_404(
    world: World, tmp_path: Path
) -> None:
    world.do("submit", some(3), journal=tmp_path / "run.db").close()
    world.key += "-of-another-workspace"

    with pytest.raises(UnfinishedError) as raised:
        world.resume(tmp_path / "run.db")
    assert isinstance(raised.value.causes[0], AccountError)
    assert (world.wire.count("create"), world.wire.count("retrieve")) == (1, 1)


def test_many_batches_are_followed_to_their_ends_and_never_at_once(world: World) -> None:
    seen: list[Progress] = []
    world.observe = seen.append
    world.policy = type(world.policy)(requests_max=1)

    with world.run(some(40)) as run:
        assert run.counts.succeeded == 40
    assert {progress.status for progress in seen} == {"submitted", "in_progress", "ended"}
    assert all(progress.next_poll_s is None for progress in seen if progress.status == "ended")
    assert max(world.sleeps) < HOUR
