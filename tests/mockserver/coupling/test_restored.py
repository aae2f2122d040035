"""After a block of coupled time all is as it was: after an exception, nested, in threads, on running loops."""

import asyncio
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import sleep as taken_sleep
from typing import Any

import pytest
import time_machine
import trio
import trio._core._run
import trio._core._wakeup_socketpair

from batchmock.inprocess.emulator import LocalEmulator
from tests.mockserver.coupling.lives import local

OWNERS: list[Any] = [
    time,
    threading,
    queue,
    threading.Condition,
    threading.Thread,
    asyncio.BaseEventLoop,
    vars(trio._core._run)["TheIOManager"],
    trio._core._wakeup_socketpair.WakeupSocketpair,
    trio._core._run,
]


def everything() -> list[dict[str, object]]:
    """Return all that is in place where something might have been replaced."""
    found: list[dict[str, object]] = [{**vars(owner)} for owner in OWNERS]
    return [*found, {"taken": taken_sleep, "travelling": time_machine.escape_hatch.is_travelling()}]


@pytest.fixture(autouse=True)
def _all_is_as_it_was() -> Any:
    before, real, wall = everything(), time.monotonic(), datetime.now()
    yield
    assert everything() == before
    assert time.monotonic() - real < 60
    assert (datetime.now() - wall).total_seconds() < 60


def test_after_a_block() -> None:
    before = everything()
    with local().coupled_time():
        assert everything() != before
        taken_sleep(3_600)


def test_after_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), local().coupled_time():
        time.sleep(1 / 0)


def test_after_an_exception_in_a_thread_of_the_block() -> None:
    with local().coupled_time(), ThreadPoolExecutor() as pool:
        assert isinstance(pool.submit(lambda: 1 / 0).exception(), ZeroDivisionError)


def test_after_nested_blocks_and_an_exception_in_the_inner_one() -> None:
    with local().coupled_time(), LocalEmulator().coupled_time():
        time.sleep(60)
    with pytest.raises(KeyError), local().coupled_time(), LocalEmulator().coupled_time():
        raise KeyError


def test_after_blocks_that_overlap_in_threads() -> None:
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with local().coupled_time() as coupled:
            time.sleep(60)
            with coupled.outside():
                entered.set()
                leave.wait()
            time.sleep(60)

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait()
    with local().coupled_time():
        time.sleep(60)
    leave.set()
    thread.join()


def test_after_a_block_on_a_running_loop_and_an_exception_there() -> None:
    async def live() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(int)
        before = vars(loop).copy(), vars(loop)["_selector"].select
        with pytest.raises(TimeoutError), local().coupled_time():
            await asyncio.wait_for(asyncio.to_thread(time.sleep, 60), 30)
        after = vars(loop).copy(), vars(loop)["_selector"].select
        for name in ("_selector", "_default_executor"):
            assert after[0][name] is before[0][name]
        assert after[1] == before[1]
        assert "_write_to_self" not in after[0]

    asyncio.run(live())


def test_after_a_block_on_a_running_trio() -> None:
    async def live() -> None:
        with pytest.raises(trio.TooSlowError), local().coupled_time(), trio.fail_after(60):
            await trio.sleep(3_600)

    trio.run(live)


def test_another_block_begins_at_the_emulators_time_each_time() -> None:
    emulator = local()
    for _ in range(3):
        with emulator.coupled_time():
            time.sleep(60)
            assert datetime.now().timestamp() == emulator.clock.now().timestamp()
