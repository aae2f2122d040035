"""The life of a batch: its states, its counts, its window, its archiving."""

from itertools import pairwise

from msgspec.structs import replace

from batchmock.scenario import Scenario
from batchmock.times import HOUR, MINUTE
from batchmock.timing import Fixed, Timing, Uniform
from tests.mockserver.facts.room import TOO_SLOW, Json, Room, asked, many, room_with
from tests.mockserver.facts.rows import shows

# Every batch takes about four minutes.
FOUR_MINUTES = Scenario(timing=Timing(batch=Fixed(4 * MINUTE)))
# Requests start within two seconds of their creation and would run for 30 hours.
ENDLESS = Scenario(timing=Timing(batch=Fixed(30 * HOUR), request=Uniform(30 * HOUR, 30 * HOUR)))


def watched(room: Room, batch_id: str, *, every: str, times: int) -> list[Json]:
    """Return the batch as it is again and again."""
    seen = [room.batch(batch_id)]
    for _ in range(times):
        room.advance(every)
        seen.append(room.batch(batch_id))
    return seen


def succeeded(batch: Json) -> int:
    return batch["request_counts"]["succeeded"]


@shows("life-1", "life-2", "life-3", "life-5")
def test_everything_counts_as_processing_until_the_batch_ends_at_once() -> None:
    with room_with(scenario=FOUR_MINUTES) as room:
        batch_id = room.made(*many(99), asked("bad", model="claude-none"))
        seen = watched(room, batch_id, every="10s", times=30)

    statuses = [batch["processing_status"] for batch in seen]
    end = statuses.index("ended")
    assert end > 2
    assert statuses == ["in_progress"] * end + ["ended"] * (len(seen) - end)
    before = {"processing": 100, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    after = {"processing": 0, "succeeded": 99, "errored": 1, "canceled": 0, "expired": 0}
    assert [batch["request_counts"] for batch in seen] == [before] * end + [after] * (len(seen) - end)
    assert {batch["ended_at"] for batch in seen[:end]} == {None}
    assert len({batch["ended_at"] for batch in seen[end:]}) == 1


@shows("life-2")
def test_the_end_is_seen_at_its_very_moment(room: Room) -> None:
    created = room.create(*many(3))
    room.cancel(created["id"])
    room.advance("25s")
    ended_at = room.batch(created["id"])["ended_at"]

    assert created["created_at"] < ended_at <= room.now()


@shows("life-1", "life-6")
def test_a_canceled_batch_goes_through_canceling_to_ended(room: Room) -> None:
    batch_id = room.made(*many(9))
    room.cancel(batch_id)
    seen = watched(room, batch_id, every="500ms", times=60)

    statuses = [batch["processing_status"] for batch in seen]
    end = statuses.index("ended")
    assert end >= 2
    assert statuses == ["canceling"] * end + ["ended"] * (len(seen) - end)
    assert {batch["request_counts"]["processing"] for batch in seen[:end]} == {9}
    assert seen[-1]["request_counts"]["canceled"] == 9


@shows("life-4", "life-5")
def test_progressive_counts_move_but_never_back() -> None:
    with room_with(scenario=replace(FOUR_MINUTES, counts="progressive")) as room:
        batch_id = room.made(*many(100))
        seen = watched(room, batch_id, every="10s", times=30)

    done = [succeeded(batch) for batch in seen]
    assert all(before <= after for before, after in pairwise(done))
    assert len(set(done)) > 5
    assert [sum(batch["request_counts"].values()) for batch in seen] == [100] * 31
    assert (done[0], done[-1], seen[-1]["processing_status"]) == (0, 100, "ended")


@shows("life-5", "life-7")
def test_after_24_hours_what_has_not_started_expires_and_the_rest_keeps_its_result() -> None:
    with room_with(scenario=TOO_SLOW) as room:
        batch_id = room.made(*many(200))
        room.advance("23h59m59s")
        last = room.batch(batch_id)
        room.advance("1s")
        ended = room.batch(batch_id)
        types = [result["type"] for result in room.results(batch_id).values()]

    assert last["processing_status"] == "in_progress"
    assert (ended["processing_status"], ended["ended_at"]) == ("ended", ended["expires_at"])
    counts = ended["request_counts"]
    assert 40 < counts["succeeded"] < 120
    assert counts == {
        "processing": 0,
        "succeeded": counts["succeeded"],
        "errored": 0,
        "canceled": 0,
        "expired": 200 - counts["succeeded"],
    }
    assert (types.count("succeeded"), types.count("expired")) == (counts["succeeded"], counts["expired"])


@shows("life-8")
def test_what_is_in_flight_after_24_hours_is_let_finish() -> None:
    with room_with(scenario=ENDLESS) as room:
        batch_id = room.ended(*many(5))
        batch = room.batch(batch_id)

    assert (succeeded(batch), batch["ended_at"]) == (5, batch["expires_at"])


@shows("life-9")
def test_a_batch_that_is_canceling_after_24_hours_has_canceled_requests() -> None:
    with room_with(scenario=TOO_SLOW) as room:
        batch_id = room.made(*many(200))
        room.advance("23h59m59s900ms")
        room.cancel(batch_id)
        room.advance("100ms")
        batch = room.batch(batch_id)

    counts = batch["request_counts"]
    assert (batch["processing_status"], batch["ended_at"]) == ("ended", batch["expires_at"])
    assert (counts["processing"], counts["expired"]) == (0, 0)
    assert counts["canceled"] == 200 - counts["succeeded"] > 0


@shows("life-10", "life-11")
def test_a_batch_is_archived_29_days_after_its_creation(room: Room) -> None:
    batch_id = room.ended()
    room.advance("27d")
    room.advance("23h59m59s999ms")
    kept = room.batch(batch_id)
    room.advance("1ms")
    archived = room.batch(batch_id)

    assert kept["archived_at"] is None
    at = "2026-09-17T14:44:51.493319+00:00"
    assert archived == kept | {"archived_at": at, "results_url": None}


@shows("life-13")
def test_an_ended_batch_stays_as_it_is(room: Room) -> None:
    batch_id = room.ended(*many(5))
    seen = watched(room, batch_id, every="1d", times=27)

    assert seen == [seen[0]] * 28
    assert seen[0]["processing_status"] == "ended"


@shows("life-14")
def test_most_batches_end_within_an_hour(room: Room) -> None:
    for _ in range(100):
        room.made()
    room.advance("1h")

    ended = [batch for batch in room.page(limit=100)["data"] if batch["processing_status"] == "ended"]
    assert len(ended) > 90
