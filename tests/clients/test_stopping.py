"""Canceling and being interrupted: exactly what was asked, nothing that was not, and what was done is kept."""

import asyncio
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from batchclient.errors import CancelError
from batchclient.outcomes import Canceled, Succeeded
from batchclient.run import UnfinishedError
from tests.clients.test_polling import showing
from tests.clients.wire import Answered, Fault, Lost, Unreached
from tests.clients.world import World, some, with_policy

INTERRUPTIONS = (KeyboardInterrupt, asyncio.CancelledError)


def interrupt_at(world: World, sleep: int) -> None:
    """Have the client interrupted while it sleeps, as SIGINT does: in the way of its driver."""

    def maybe(seconds: float) -> None:
        if len(world.sleeps) == sleep:
            raise KeyboardInterrupt if world.driver == "sync" else asyncio.CancelledError

    world.on_sleep = maybe


def test_cancel_waits_for_the_end_and_keeps_what_was_done(world: World, tmp_path: Path) -> None:
    world.do("submit", some(6), journal=tmp_path / "run.db").close()

    with world.do("cancel", tmp_path / "run.db") as run:
        assert run.counts.open == 0
        assert all(isinstance(outcome, Canceled | Succeeded) for _, outcome in run)
    assert world.wire.count("cancel") == 1
    assert world.batches()[0]["cancel_initiated_at"] is not None
    calls = len(world.wire.seen)

    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.open == 0
    assert len(world.wire.seen) == calls


@pytest.mark.parametrize(
    "fault",
    [Answered(500), Answered(409), Lost(), Answered(404), Answered(200)],
    ids=["500", "409", "lost", "404", "HTML"],
)
def test_a_cancel_that_fails_in_passing_is_asked_for_again(world: World, tmp_path: Path, fault: Fault) -> None:
    world.do("submit", some(6), journal=tmp_path / "run.db").close()
    world.wire.plan = {("cancel", 0): fault}

    with world.do("cancel", tmp_path / "run.db") as run:
        assert run.counts.open == 0
        assert all(isinstance(outcome, Canceled | Succeeded) for _, outcome in run)


def test_a_cancel_that_reaches_nobody_says_so_once(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with world.do("submit", some(6), journal=tmp_path / "run.db") as run:
        (batch_id,) = run.batch_ids
    for n in range(3):
        world.wire.plan = {**world.wire.plan, ("cancel", n): Unreached(), ("retrieve", n): Unreached()}

    world.do("cancel", tmp_path / "run.db").close()
    why = f"cannot reach {world.url}: unreached"
    assert caplog.messages == [f"{batch_id}: not canceled yet ({why}); trying again"]


def test_a_cancel_of_what_has_ended_keeps_all_of_it(world: World, tmp_path: Path) -> None:
    world.do("submit", some(6), journal=tmp_path / "run.db").close()
    world.advance("25h")

    with world.do("cancel", tmp_path / "run.db") as run:
        assert run.counts.succeeded == 6


def test_a_cancel_that_is_refused_is_told_and_gone_on_with_when_resumed(world: World, tmp_path: Path) -> None:
    world.do("submit", some(6), journal=tmp_path / "run.db").close()
    world.wire.plan = {("cancel", n): Answered(403) for n in range(9)}

    with pytest.raises(UnfinishedError) as raised:
        world.do("cancel", tmp_path / "run.db")
    raised.value.run.close()
    assert isinstance(raised.value.causes[0], CancelError)

    world.wire.heal()
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.open == 0
    assert world.wire.count("cancel") == 2


def test_what_was_not_sent_yet_is_canceled_without_being_sent(world: World, tmp_path: Path) -> None:
    world.wire.plan = {("create", 1): Answered(403)}
    with pytest.raises(UnfinishedError) as raised:
        with_policy(world, requests_max=2).run(some(6), tmp_path / "run.db")
    raised.value.run.close()
    world.wire.heal()

    with world.do("cancel", tmp_path / "run.db") as run:
        assert (run.counts.succeeded, run.counts.canceled) == (2, 4)
    assert len(world.batches()) == 1


def test_a_batch_that_may_be_somebody_elses_is_not_canceled(world: World, tmp_path: Path) -> None:
    world.wire.plan = {("create", 0): Lost()}
    world.do("submit", some(3), journal=tmp_path / "run.db").close()
    world.somebody_else_creates(3)

    with world.do("cancel", tmp_path / "run.db") as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("cancel") == 0
    assert world.wire.count("create") == 1


@pytest.mark.parametrize("sleep", [1, 2])
def test_an_interruption_leaves_the_batches_and_says_how_to_go_on(
    world: World, tmp_path: Path, sleep: int
) -> None:
    interrupt_at(world, sleep)

    with pytest.raises(INTERRUPTIONS) as raised:
        world.run(some(3), tmp_path / "run.db")
    [note] = raised.value.__notes__
    assert world.batches()[0]["id"] in note
    assert str(tmp_path / "run.db") in note
    assert world.wire.count("cancel") == 0

    world.on_sleep = lambda seconds: None
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("create") == 1


def test_an_interruption_cancels_and_collects_if_that_is_the_policy(world: World, tmp_path: Path) -> None:
    interrupt_at(world, 1)

    with pytest.raises(INTERRUPTIONS):
        with_policy(world, on_interrupt="cancel").run(some(3), tmp_path / "run.db")
    assert world.wire.count("cancel") == 1
    calls = len(world.wire.seen)
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.open == 0
    assert len(world.wire.seen) == calls


def test_a_second_interruption_detaches_at_once(world: World, tmp_path: Path) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt if world.driver == "sync" else asyncio.CancelledError

    world.on_sleep = interrupt

    with pytest.raises(INTERRUPTIONS):
        with_policy(world, on_interrupt="cancel").run(some(3), tmp_path / "run.db")
    assert world.wire.count("cancel") <= 1
    assert world.wire.count("results") == 0


def test_an_interrupted_cancel_stays_asked_for_and_says_how_to_go_on(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.wire.plan = {("retrieve", n): showing("canceling") for n in range(9)}
    world.do("submit", some(3), journal=tmp_path / "run.db").close()
    interrupt_at(world, 1)

    with pytest.raises(INTERRUPTIONS):
        with_policy(world, on_interrupt="cancel").do("cancel", tmp_path / "run.db")
    assert str(tmp_path / "run.db") in caplog.text
    assert world.batches()[0]["id"] in caplog.text

    world.wire.heal()
    world.on_sleep = lambda seconds: None
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.open == 0


def test_a_run_in_memory_says_that_nobody_else_can_go_on_with_it(world: World) -> None:
    interrupt_at(world, 1)

    with pytest.raises(INTERRUPTIONS) as raised:
        world.run(some(3))
    [note] = raised.value.__notes__
    assert "no journal on the disk" in note
    assert world.batches()[0]["id"] in note


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_interrupt_alike_and_their_handlers_come_back(
    world: World, tmp_path: Path, number: signal.Signals
) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    def send(seconds: float) -> None:
        if len(world.sleeps) == 1:
            os.kill(os.getpid(), number)

    world.on_sleep = send
    # asyncio.run turns the cancellation of its main task by a signal into a KeyboardInterrupt.
    with pytest.raises(KeyboardInterrupt):
        world.run(some(3), tmp_path / "run.db")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert world.wire.count("cancel") == 0
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.succeeded == 3


def test_an_interrupted_run_lets_go_of_its_journal(world: World, tmp_path: Path) -> None:
    interrupt_at(world, 1)
    with pytest.raises(INTERRUPTIONS):
        world.run(some(3), tmp_path / "run.db")

    with sqlite3.connect(tmp_path / "run.db.lock", timeout=0) as other:
        other.execute("BEGIN EXCLUSIVE")
    other.close()
