"""A create whose answer is lost is looked for, adopted if it is there, and sent again only if it is not."""

import json
import logging
from pathlib import Path

import pytest

from batchclient.errors import RefusedError, UncertainCreateError, UnreachableError
from batchclient.outcomes import Errored
from batchclient.run import UnfinishedError
from tests.clients.wire import Answered, Fault, Lost, Served, Unreached
from tests.clients.world import World, asking, some, texts, with_policy

MADE = [
    pytest.param(Lost(), id="reset"),
    pytest.param(Answered(500, done=True), id="500"),
    pytest.param(Answered(529, done=True), id="529"),
    pytest.param(Answered(504, done=True), id="504"),
    pytest.param(Answered(200, done=True), id="200 with HTML"),
    pytest.param(Served(lambda body: [body[:40]]), id="half an answer"),
    pytest.param(Served(lambda body: [body[:40]], cut=True), id="cut"),
]


@pytest.mark.parametrize("fault", MADE)
def test_a_batch_whose_create_was_not_answered_is_found_and_read(world: World, fault: Fault) -> None:
    world.wire.plan = {("create", 0): fault}

    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
        assert run.batch_ids == [batch["id"] for batch in world.batches()]
    assert world.wire.count("create") == 1
    assert set(world.billed().values()) == {1}


@pytest.mark.parametrize("status", [500, 503, 529])
def test_a_create_that_failed_without_a_batch_is_sent_again_byte_for_byte(world: World, status: int) -> None:
    world.wire.plan = {("create", 0): Answered(status)}

    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    first, second = (seen.body for seen in world.wire.seen if seen.operation == "create")
    assert first == second
    began, again = world.wire.times("create")
    assert again - began >= 120
    assert world.wire.times("list")[1:]


def test_what_was_surely_refused_is_sent_again_without_looking(world: World) -> None:
    world.wire.plan = {("create", 0): Answered(429, headers={"retry-after": "61"}), ("create", 1): Unreached()}

    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    first, second, third = world.wire.times("create")
    assert 61 <= second - first < 120
    assert third - second < 10
    assert len({seen.body for seen in world.wire.seen if seen.operation == "create"}) == 1


def test_somebody_elses_batch_of_the_same_size_is_neither_taken_nor_touched(world: World) -> None:
    world.wire.plan = {("create", 0): Answered(500)}
    theirs: list[str] = []

    def create(seconds: float) -> None:
        if world.wire.count("create") == 1 and not theirs:
            theirs.append(world.somebody_else_creates(3))

    world.on_sleep = create
    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
        assert theirs[0] not in run.batch_ids
        assert texts(run) == {f"key {n}": f"nonce-{n}" for n in range(3)}
    assert world.wire.count("create") == 2
    assert world.wire.count("cancel") == 0


def test_it_is_found_among_many_batches_of_others(world: World) -> None:
    world.wire.plan = {("create", 0): Lost()}
    for _ in range(3):
        world.somebody_else_creates(3)

    def crowd(operation: str, url: str) -> None:
        if operation == "list" and len(world.wire.seen) == 2:
            for _ in range(120):
                world.somebody_else_creates(4)

    world.wire.before = crowd
    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("create") == 1


def test_several_lost_creates_of_equal_size_are_told_apart(world: World) -> None:
    world.wire.plan = {("create", 0): Lost(), ("create", 1): Lost(), ("create", 2): Answered(500)}

    with with_policy(world, requests_max=2).run(some(8)) as run:
        assert texts(run) == {f"key {n}": f"nonce-{n}" for n in range(8)}
    assert len(world.batches()) == 4
    assert set(world.billed().values()) == {1}


def test_a_batch_that_comes_late_is_found_when_the_next_create_is_lost_as_well(world: World) -> None:
    world.wire.plan = {("create", 0): Answered(500), ("create", 1): Answered(500)}

    def come_late(operation: str, url: str) -> None:
        if url.endswith("?limit=1") and world.wire.count("create") == 1:
            world.wire.before = lambda operation, url: None
            world.repeat(next(seen for seen in world.wire.seen if seen.operation == "create"))
            world.advance("30m")
            world.somebody_else_creates(7)

    world.wire.before = come_late
    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("create") == 2
    assert [world.billed()[f"nonce-{n}"] for n in range(1, 3)] == [1, 1]


def test_a_create_that_waits_its_turn_is_not_sent_by_another_as_well(world: World) -> None:
    later = Answered(429, headers={"retry-after": "600"})
    world.wire.plan = {("create", 0): Answered(500), ("create", 1): later}

    with with_policy(world, requests_max=2).run(some(4)) as run:
        assert run.counts.succeeded == 4
    assert world.wire.count("create") == 4
    assert set(world.billed().values()) == {1}


def test_a_suspect_that_cannot_be_read_stops_its_requests_and_nothing_is_sent_again(
    world: World, tmp_path: Path
) -> None:
    world.wire.plan = {("create", 0): Lost()} | {("results", n): Answered(500) for n in range(20)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3), tmp_path / "run.db")
    raised.value.run.close()
    assert isinstance(raised.value.causes[0], UncertainCreateError)
    assert world.wire.count("create") == 1

    world.wire.heal()
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("create") == 1


def test_creates_that_are_never_answered_come_to_an_end_and_are_gone_on_with(world: World, tmp_path: Path) -> None:
    world.wire.plan = {("create", n): Answered(500) for n in range(50)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3), tmp_path / "run.db")
    raised.value.run.close()
    assert isinstance(raised.value.causes[0], UncertainCreateError)
    assert world.wire.count("create") <= 4

    world.wire.heal()
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.succeeded == 3
    assert set(world.billed().values()) == {1}


@pytest.mark.parametrize("others", [99, 100, 101, 201])
def test_it_is_found_on_whichever_page_it_is(world: World, others: int) -> None:
    world.wire.plan = {("create", 0): Lost()}

    def crowd(operation: str, url: str) -> None:
        if operation == "list" and world.wire.count("create") == 1:
            world.wire.before = lambda operation, url: None
            for _ in range(others):
                world.somebody_else_creates(4)

    world.wire.before = crowd
    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("create") == 1


@pytest.mark.parametrize("last_id", ["again", None])
def test_a_list_that_repeats_itself_comes_to_an_end(world: World, last_id: str | None) -> None:
    def endless(body: bytes) -> list[bytes]:
        return [json.dumps(json.loads(body) | {"has_more": True, "last_id": last_id}).encode()]

    world.wire.plan = {("create", 0): Answered(500)} | {("list", n): Served(endless) for n in range(1, 200)}
    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("list") <= 60


@pytest.mark.parametrize(
    "fault",
    [
        Answered(401, b'{"type":"error","error":{"type":"authentication_error","message":"API key is invalid."}}'),
        Answered(403, b'{"type":"error","error":{"type":"permission_error","message":"no"}}'),
        Answered(
            429,
            b'{"type":"error","error":{"type":"rate_limit_error","message":"spent",'
            b'"details":{"error_code":"enforced_spend_limit_reached"}}}',
        ),
        Answered(307, headers={"location": "https://elsewhere.example/"}),
    ],
    ids=["401", "403", "spend limit", "redirect"],
)
def test_a_refusal_for_good_is_told_and_not_repeated(world: World, fault: Fault) -> None:
    world.wire.plan = {("create", n): fault for n in range(9)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3))
    assert isinstance(raised.value.causes[0], RefusedError)
    assert world.wire.count("create") == 1


def test_a_refusal_for_good_leaves_what_was_submitted_to_be_read(world: World) -> None:
    world.wire.plan = {("create", 1): Answered(403)}

    with pytest.raises(UnfinishedError) as raised:
        with_policy(world, requests_max=2).run(some(6))
    with raised.value.run as run:
        assert texts(run) == {"key 0": "nonce-0", "key 1": "nonce-1"}
        assert run.counts.open == 4


def test_a_server_that_is_never_reached_ends_the_run_in_time(world: World) -> None:
    world.wire.plan = {("list", n): Unreached() for n in range(99)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(3))
    assert isinstance(raised.value.causes[0], UnreachableError)
    assert world.now < 3600 * 24


def test_a_server_that_cannot_be_reached_is_told_once_and_again_when_the_reason_changes(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.wire.plan = {("list", n): Unreached() for n in (0, 1, 2, 4)} | {("list", 3): Answered(503)}

    with caplog.at_level(logging.WARNING, "batchclient"):
        world.run(some(1)).close()
    assert caplog.messages == [
        f"nothing is submitted yet: cannot reach {world.url}: unreached; trying again",
        "nothing is submitted yet: 503; trying again",
        f"nothing is submitted yet: cannot reach {world.url}: unreached; trying again",
    ]


def test_a_body_that_is_too_large_is_sent_in_halves(world: World) -> None:
    world.wire.plan = {("create", 0): Answered(413)}

    with world.run(some(5)) as run:
        assert run.counts.succeeded == 5
    assert sorted(sum(batch["request_counts"].values()) for batch in world.batches()) == [2, 3]


def test_a_row_that_the_api_names_is_set_aside_and_the_others_are_sent(world: World) -> None:
    refusal = (
        b'{"type":"error","error":{"type":"invalid_request_error","message":"requests.1.params: not like this"}}'
    )
    world.wire.plan = {("create", 0): Answered(400, refusal)}

    with world.run([asking("a", "nonce-a"), asking("b", "nonce-b"), asking("c", "nonce-c")]) as run:
        refused = run["b"]
        assert isinstance(refused, Errored)
        assert refused.message == "requests.1.params: not like this"
        assert texts(run) == {"a": "nonce-a", "c": "nonce-c"}
