"""Rates and queues by property: who waits as long as he is told is let in, and no sooner."""

from bisect import bisect_left
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchmock.clock import ClockMode
from batchmock.errors import ApiError, UsageError
from batchmock.limits import RateLimits
from batchmock.rates import Bucket, Ramp, Spending
from batchmock.scenario import Scenario
from batchmock.switches import Switches
from batchmock.times import DAY, HOUR, MINUTE, SECOND, next_month, parse_instant, timestamp
from batchmock.timing import Fixed, Timing, Uniform
from batchmock.unfolding.plans import Plans
from batchmock.unfolding.queueing import Queue
from tests.mockserver.facts.page import facts
from tests.mockserver.facts.room import good, limited, many, room_with
from tests.mockserver.lives import START, create, requests, workspace

rates = st.integers(1, 60) | st.integers(1, 100_000)
# Calls at once, or some time after one another.
gaps = st.lists(st.just(0) | st.integers(0, 3 * MINUTE), min_size=1, max_size=60)


@given(rates, gaps)
def test_a_client_that_waits_as_it_is_told_is_let_in_and_not_a_nanosecond_sooner(
    rate: int, passed: list[int]
) -> None:
    bucket, now = Bucket(), START
    for _ in range(min(rate, 100)):
        assert bucket.take(rate, now) == 0
    for gap in passed:
        now += gap
        if wait := bucket.take(rate, now):
            assert bucket.take(rate, now + wait - 1) == 1
            now += wait
            assert bucket.take(rate, now) == 0


@given(st.integers(1, 1_000))
def test_an_empty_bucket_has_a_call_again_at_the_first_nanosecond_that_it_can(rate: int) -> None:
    bucket = Bucket()
    assert [bucket.take(rate, START) for _ in range(rate)] == [0] * rate

    wait = bucket.take(rate, START)
    assert (wait - 1) * rate < MINUTE <= wait * rate


@given(rates, gaps)
def test_a_minute_never_lets_in_more_than_twice_the_rate(rate: int, passed: list[int]) -> None:
    bucket, now, let_in = Bucket(), START, list[int]()
    for gap in passed:
        now += gap
        if not bucket.take(rate, now):
            let_in.append(now)

    # What was saved up, and what came in that minute.
    assert all(bisect_left(let_in, at + MINUTE) - place <= 2 * rate for place, at in enumerate(let_in))


@given(rates, gaps)
def test_a_reading_says_how_many_calls_are_left_and_when_all_are(rate: int, passed: list[int]) -> None:
    bucket, now = Bucket(), START
    for gap in passed:
        now += gap
        bucket.take(rate, now)
    reading = bucket.reading(rate, now)

    assert reading.limit == rate
    taken = 0
    while taken < min(reading.remaining, 200):
        assert bucket.take(rate, now) == 0
        taken += 1
    assert taken < reading.remaining or taken == 200 or bucket.take(rate, now) > 0
    assert bucket.reading(rate, max(reading.reset, now) + MINUTE).remaining == rate


@given(st.integers(1, 20), gaps)
def test_a_minute_has_at_most_so_many_calls_more_than_the_one_before(more_max: int, passed: list[int]) -> None:
    ramp, now, calls = Ramp(), START, dict[int, int]()
    for gap in passed:
        now += gap
        if wait := ramp.take(more_max, now):
            assert 0 < wait <= MINUTE
            now += wait
            assert ramp.take(more_max, now) == 0
        minute = now // MINUTE
        calls[minute] = calls.get(minute, 0) + 1

    assert all(count <= calls.get(minute - 1, 0) + more_max for minute, count in calls.items())


@pytest.mark.parametrize(
    ("instant", "first"),
    [
        ("2026-01-31T23:59:59.999999Z", "2026-02-01T00:00:00.000000+00:00"),
        ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00.000000+00:00"),
        ("9969-12-31T00:00:00Z", "9970-01-01T00:00:00.000000+00:00"),
    ],
)
def test_a_month_ends_with_the_next(instant: str, first: str) -> None:
    assert timestamp(next_month(parse_instant(instant))) == first


def test_money_that_was_there_again_can_run_out_again() -> None:
    spending = Spending()
    with pytest.raises(ApiError):
        spending.refuse("own_limit_reached", START)
    spending.refuse("within_limits", START)
    with pytest.raises(ApiError):
        spending.refuse("tier_cap_reached", next_month(START))


ONE_AT_A_TIME = Timing(warm_up=0, concurrency=1, request=Fixed(MINUTE))


def stalling(queue: int, timing: Timing = ONE_AT_A_TIME) -> Scenario:
    limits = RateLimits(queued_requests_max=queue)
    return Scenario(timing=timing, limits=limits, switches=Switches(queue_overflow="stall"), counts="progressive")


def test_a_batch_that_does_not_fit_starts_as_soon_as_it_would() -> None:
    space = workspace(stalling(5))
    create(space, requests(["a", "b", "c", "d"], set()))
    second = create(space, requests(["e", "f", "g"], set()))

    def done(at: int) -> int:
        return space.retrieve(second, START + at).counts.succeeded

    # After two minutes two of the four are done, and three fit beside the others.
    assert [done(at) for at in (2 * MINUTE, 3 * MINUTE - SECOND, 3 * MINUTE, 5 * MINUTE)] == [0, 0, 1, 3]
    assert space.retrieve(second, START).counts.processing == 3


def test_a_batch_that_waited_takes_as_long_as_if_it_had_not() -> None:
    space = workspace(stalling(1, Timing(batch=Fixed(HOUR))))
    # Draws depend on the custom_id alone.
    first, second = (create(space, requests(["a"], set())) for _ in range(2))

    ends = [space.retrieve(batch_id, START + DAY).ended_at for batch_id in (first, second)]
    assert None not in ends
    assert [end - START for end in ends if end] == [(ends[0] or 0) - START, 2 * ((ends[0] or 0) - START)]


def test_a_batch_larger_than_the_queue_waits_for_an_empty_one() -> None:
    space = workspace(stalling(2))
    create(space, requests(["a", "b"], set()))
    second = create(space, requests(["c", "d", "e"], set()))

    assert space.retrieve(second, START + 3 * MINUTE - SECOND).counts.succeeded == 0
    assert space.retrieve(second, START + 5 * MINUTE).status == "ended"


def test_what_waits_for_the_whole_window_expires() -> None:
    space = workspace(stalling(1, Timing(batch=Fixed(DAY), request=Uniform(HOUR, HOUR), concurrency=1)))
    ids = [create(space, requests([name], set())) for name in "abcdefghijklmnopqrstuvwxyz"]

    counts = [space.retrieve(batch_id, START + DAY).counts for batch_id in ids]
    assert [count.succeeded for count in counts][:23] == [1] * 23
    assert counts[-1].expired == 1


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=5),
    st.integers(1, 30),
    st.integers(1, 20),
    st.integers(0, 3 * HOUR),
)
def test_room_is_found_at_the_first_instant_that_has_it(sizes: list[int], most: int, added: int, at: int) -> None:
    space = workspace(Scenario(timing=Timing(batch=Uniform(MINUTE, 5 * HOUR))))
    ids = [create(space, requests([f"r{n}" for n in range(size)], set())) for size in sizes]
    held = [space.retrieve(batch_id, START).facts for batch_id in ids]
    plans = Plans()
    queue = Queue([(facts, plans.of(facts)) for facts in held], most)
    now = START + at // 1000 * 1000
    room = queue.room_at(added, now)

    assert queue.has_room(added, room) or (added > most and queue.waiting(room) == 0)
    assert room == now or not queue.has_room(added, room - 1000)
    assert room == now or queue.waiting(room - 1000) > 0


def test_every_limit_changes_a_fact() -> None:
    named = " ".join(fact.switch for fact in facts())

    assert [name for name in RateLimits.__struct_fields__ if f"`{name}`" not in named] == []


@pytest.mark.parametrize("name", ["http_requests_per_minute", "queued_requests_max", "ramp_max"])
def test_a_limit_that_lets_nothing_through_is_refused(name: str) -> None:
    nothing: dict[str, Any] = {name: 0}
    with pytest.raises(UsageError, match=f"{name} is 0; it is at least 1"):
        RateLimits(**nothing)


@pytest.mark.parametrize("mode", ["stepped", "coupled"])
def test_a_clock_that_moves_with_polls_moves_with_those_that_come_too_soon(mode: ClockMode) -> None:
    """Or else a client that polls as it should would be refused for ever."""
    with room_with(scenario=limited(rpm=1)) as room:
        good(room.send("PUT", "/_emulator/clock", json={"mode": mode, "step": "20s"}))
        batch_id = room.create()["id"]
        answers = [room.call("GET", f"/{batch_id}") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]


def test_a_stepped_clock_moves_with_creates_that_wait_for_room_in_the_queue() -> None:
    with room_with(scenario=limited(queue=1)) as room:
        good(room.send("PUT", "/_emulator/clock", json={"mode": "stepped", "step": "20m"}))
        room.create()
        tries = [room.post({"requests": many(1)}).status_code for _ in range(80)]

    assert tries[0] == 429
    assert 200 in tries


def test_no_clock_moves_with_what_is_refused_for_good() -> None:
    scenario = Scenario(limits=RateLimits(spend="own_limit_reached"))
    with room_with(scenario=scenario) as room:
        before = good(room.send("PUT", "/_emulator/clock", json={"mode": "stepped"}))["now"]
        assert room.post({"requests": many(1)}).status_code == 400

        assert room.send("GET", "/_emulator/clock").json()["now"] == before
