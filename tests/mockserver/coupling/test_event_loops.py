"""Event loops take turns like threads: asyncio's and trio's, entered from outside or from inside."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from queue import Queue
from typing import Any

import anyio
import anyio.to_thread
import pytest
import trio
import uvloop

from batchmock.errors import CoupledTimeError, CoupledTimeWarning, UsageError
from batchmock.inprocess.emulator import LocalEmulator
from tests.mockserver.coupling.lives import SLOW_MACHINE_S, async_poll, local, passing

DAY = timedelta(days=1)
BACKENDS = ["asyncio", "trio"]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("pause_s", "polls"), [(60, 1440), (600, 144)])
def test_a_day_of_polls_passes_at_once(backend: str, pause_s: float, polls: int) -> None:
    emulator = local()
    with passing(emulator, DAY), emulator.coupled_time() as coupled:
        assert anyio.run(async_poll, emulator.async_client(), pause_s, backend=backend) == polls
        assert coupled.forced == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_block_may_be_entered_where_a_loop_runs_already(backend: str) -> None:
    emulator = local()

    async def live() -> None:
        with passing(emulator, DAY), emulator.coupled_time():
            assert await async_poll(emulator.async_client(), 600) == 144
        # And left there: what is left of time is real again.
        begun = time.perf_counter()
        await anyio.sleep(0.05)
        assert 0.04 < time.perf_counter() - begun < 5

    anyio.run(live, backend=backend)


def fifty_batches() -> tuple[list[int], list[float]]:
    emulator, trace = local(), list[float]()

    async def live() -> list[int]:
        client = emulator.async_client()
        return await asyncio.gather(*[async_poll(client, 600 + 7 * number, trace) for number in range(50)])

    # Who looks least often is the last to see that a batch has ended.
    last = max(-(-86_400 // pause_s) * pause_s for pause_s in range(600, 950, 7))
    with passing(emulator, timedelta(seconds=last)), emulator.coupled_time():
        return asyncio.run(live()), trace


def test_fifty_batches_at_once_take_the_same_course_every_time() -> None:
    polls, trace = fifty_batches()

    assert (len(polls), sum(polls), len(trace)) == (50, 5_723, 5_723)
    assert fifty_batches() == (polls, trace)


def test_a_trio_that_is_the_guest_of_another_loop_takes_part_and_outlives_the_block() -> None:
    emulator, calls = local(), Queue[Callable[[], object]]()
    ended: list[object] = []

    async def live(days: int) -> int:
        for _ in range(days * 24):
            await trio.sleep(3_600)
        return days

    async def both_lives() -> None:
        ended.append(await live(1))
        passed.append(emulator.clock.now() - begun)
        begins_again = trio.Event()
        token = trio.lowlevel.current_trio_token()
        resume.append(lambda: token.run_sync_soon(begins_again.set))
        await begins_again.wait()
        ended.append(await live(0))

    begun, passed, resume = emulator.clock.now(), list[timedelta](), list[Callable[[], object]]()
    with emulator.coupled_time():
        trio.lowlevel.start_guest_run(both_lives, run_sync_soon_threadsafe=calls.put, done_callback=ended.append)
        while not resume:
            calls.get()()
        # By now the guest waits for something to happen, in its thread.
        time.sleep(1)
    resume[0]()
    while len(ended) < 3:
        calls.get(timeout=SLOW_MACHINE_S)()

    assert passed == [DAY]
    assert ended[:2] == [1, 0]


async def timeouts() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(30))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 20)


async def cancel_scopes() -> None:
    with anyio.move_on_after(50) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


async def threads_at_once() -> None:
    async with anyio.create_task_group() as group:
        for seconds in (50, 30, 10):
            group.start_soon(anyio.to_thread.run_sync, time.sleep, seconds)


async def threads_that_hold_the_clock() -> None:
    with anyio.fail_after(100):
        # Nothing else goes on meanwhile, but the clock must not.
        await anyio.to_thread.run_sync(lambda: sum(range(200_000)))
        await anyio.sleep(50)


async def asyncio_threads() -> None:
    await asyncio.gather(*[asyncio.to_thread(time.sleep, 50) for _ in range(3)])


async def events_of_other_threads() -> None:
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def late() -> None:
        time.sleep(50)
        loop.call_soon_threadsafe(event.set)

    thread = threading.Thread(target=late)
    thread.start()
    await event.wait()
    thread.join()


async def trio_timeouts() -> None:
    with trio.move_on_after(30):
        await trio.Event().wait()
    with pytest.raises(trio.TooSlowError), trio.fail_after(20):
        await trio.sleep_forever()


ON_BOTH = [cancel_scopes, threads_at_once, threads_that_hold_the_clock]
CASES = [
    *((wait, "asyncio") for wait in [*ON_BOTH, timeouts, asyncio_threads, events_of_other_threads]),
    *((wait, "trio") for wait in [*ON_BOTH, trio_timeouts]),
]


@pytest.mark.parametrize(("wait", "backend"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_every_way_to_wait_moves_the_clock(wait: Callable[[], Awaitable[None]], backend: str) -> None:
    for _ in range(2):
        emulator = local()
        with passing(emulator, timedelta(seconds=50)), emulator.coupled_time() as coupled:
            anyio.run(wait, backend=backend)
            assert coupled.forced == []


def test_threads_that_a_loop_started_before_a_block_do_not_serve_it() -> None:
    emulator = local()

    async def live() -> None:
        await asyncio.to_thread(int)
        with passing(emulator, timedelta(seconds=50)), emulator.coupled_time():
            await asyncio.wait_for(asyncio.to_thread(time.sleep, 50), 60)

    asyncio.run(live())


def test_a_deadline_of_trio_set_before_a_block_has_as_long_to_go_after_it() -> None:
    emulator = local()

    async def live() -> None:
        with trio.move_on_after(3_600.05) as outer:
            with emulator.coupled_time():
                await trio.sleep(3_600)
            with trio.fail_after(30):
                await trio.sleep_forever()
        assert outer.cancelled_caught

    trio.run(live)


def test_a_loop_that_is_held_up_is_not_let_go_by_who_wakes_it() -> None:
    emulator = local()

    async def live() -> None:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        threading.Timer(10, loop.call_soon_threadsafe, [woken.set]).start()
        begun = time.monotonic()
        # As code does that should not: nothing on this loop goes on meanwhile.
        time.sleep(50)
        assert time.monotonic() - begun == pytest.approx(50)
        await woken.wait()

    with passing(emulator, timedelta(seconds=50)), emulator.coupled_time():
        asyncio.run(live())


def test_timers_set_before_a_block_and_in_it_stay_in_time() -> None:
    emulator, fired = local(), list[str]()

    async def live() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(60, fired.append, "in the block")
        with emulator.coupled_time():
            await asyncio.sleep(3_600)
            loop.call_later(0.02, fired.append, "after it")
        assert fired == ["in the block"]
        await asyncio.sleep(0.1)

    asyncio.run(live())
    assert fired == ["in the block", "after it"]


def test_tasks_that_can_never_go_on_are_named() -> None:
    async def forgotten() -> None:
        await asyncio.Event().wait()

    async def live() -> None:
        await asyncio.create_task(forgotten(), name="orphan")

    orphan = pytest.raises(CoupledTimeError, match=r"its event loop \(.*orphan in .*forgotten")
    with orphan, local().coupled_time(grace_s=0.05):
        asyncio.run(live())


def test_real_input_is_waited_for_before_the_clock_moves() -> None:
    ours, theirs = socket.socketpair()
    emulator = local()

    async def live() -> bytes:
        reader, writer = await asyncio.open_connection(sock=ours)
        async with asyncio.timeout(600):
            received = await reader.readexactly(2)
        writer.close()
        await writer.wait_closed()
        return received

    def send() -> None:
        time.sleep(0.2)
        theirs.sendall(b"ok")

    sender = threading.Thread(target=send)
    sender.start()
    with closing(theirs), passing(emulator, timedelta()), emulator.coupled_time(grace_s=5):
        assert asyncio.run(live()) == b"ok"
    sender.join()


def test_real_input_that_never_comes_is_told_of() -> None:
    ours, theirs = socket.socketpair()
    emulator = local()

    async def live() -> None:
        _, writer = await asyncio.open_connection(sock=ours)
        await asyncio.sleep(600)
        writer.close()
        await writer.wait_closed()

    def meet() -> None:
        with closing(theirs), emulator.coupled_time(grace_s=0.05):
            asyncio.run(live())

    with pytest.warns(CoupledTimeWarning, match="real input or output, on file descriptor"):
        meet()


def test_a_loop_with_a_time_of_its_own_is_refused() -> None:
    emulator = LocalEmulator()

    async def enter() -> None:
        with emulator.coupled_time():
            pass

    async def ask() -> Any:
        return await emulator.async_http_client().get("/_emulator/health")

    with pytest.raises(UsageError, match=r"uvloop.Loop keeps its own time"):
        uvloop.run(enter())
    with emulator.coupled_time(), pytest.raises(UsageError, match=r"uvloop.Loop keeps its own time"):
        uvloop.run(ask())
