"""Threads take turns in the order of virtual time; who can never go on is told so, and who is stuck unseen."""

import queue
import signal
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta

import pytest

from batchmock.errors import CoupledTimeError, CoupledTimeWarning
from tests.mockserver.coupling.lives import local, passing, poll

Trace = list[tuple[float, datetime]]


def eight_pollers() -> tuple[list[int], Trace]:
    emulator, trace = local(), Trace()
    client = emulator.client()

    def one(number: int) -> int:
        return poll(client, 600 + 7 * number, trace)

    with emulator.coupled_time(), ThreadPoolExecutor(8) as pool:
        polls = list(pool.map(one, range(8)))
    return polls, trace


def test_eight_pollers_take_the_same_course_every_time() -> None:
    polls, trace = eight_pollers()

    assert polls == [144, 143, 141, 140, 138, 137, 135, 134]
    assert [instant for _, instant in trace] == sorted(instant for _, instant in trace)
    assert [eight_pollers() for _ in range(3)] == [(polls, trace)] * 3


def wait_for_an_event() -> None:
    assert not threading.Event().wait(50)


def wait_for_a_queue() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=50)


def wait_for_a_simple_queue() -> None:
    with pytest.raises(queue.Empty):
        queue.SimpleQueue[int]().get(timeout=50)


def wait_for_a_semaphore() -> None:
    assert not threading.Semaphore(0).acquire(timeout=50)


def wait_for_a_condition() -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait_for(lambda: False, 50)


def wait_for_a_future() -> None:
    with pytest.raises(TimeoutError):
        Future[int]().result(50)


def wait_for_futures() -> None:
    with ThreadPoolExecutor() as pool:
        late = [pool.submit(time.sleep, seconds) for seconds in (50, 30)]
        assert [late.index(done) for done in as_completed(late)] == [1, 0]


def wait_for_a_barrier() -> None:
    with pytest.raises(threading.BrokenBarrierError):
        threading.Barrier(2).wait(50)


def wait_for_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=50)


def wait_for_a_thread() -> None:
    thread = threading.Thread(target=time.sleep, args=[50])
    thread.start()
    thread.join(20)
    assert thread.is_alive()
    thread.join()


def wait_for_a_timer() -> None:
    timer = threading.Timer(50, lambda: None)
    timer.start()
    timer.join()


def wait_for_a_lock_that_is_held_asleep() -> None:
    lock = threading.RLock()

    def hold() -> None:
        with lock, lock:
            time.sleep(10)

    with ThreadPoolExecutor(5) as pool:
        for _ in range(5):
            pool.submit(hold)


WAITS = [value for name, value in list(globals().items()) if name.startswith("wait_for_")]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_every_way_to_wait_moves_the_clock(wait: Callable[[], None]) -> None:
    emulator = local()
    with passing(emulator, timedelta(seconds=50)), emulator.coupled_time() as coupled:
        wait()
        assert coupled.forced == []


def test_fractions_of_a_second_add_up_to_the_microsecond() -> None:
    emulator = local()
    with passing(emulator, timedelta(seconds=sum(range(1, 1_000)) / 10)), emulator.coupled_time():
        for tenths in range(1, 1_000):
            with pytest.raises(queue.Empty):
                queue.Queue[int]().get(timeout=tenths / 10)


def test_who_is_notified_goes_on_at_that_instant() -> None:
    emulator, instants = local(), list[float]()
    with passing(emulator, timedelta(seconds=100)), emulator.coupled_time():
        begun, event = time.monotonic(), threading.Event()

        def late() -> None:
            event.wait(1_000)
            instants.append(time.monotonic() - begun)

        threads = [threading.Thread(target=late) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(100)
        event.set()
        for thread in threads:
            thread.join()

    assert instants == pytest.approx([100] * 3)


def test_threads_that_take_no_part_keep_their_time() -> None:
    emulator, go, done = local(), threading.Event(), threading.Event()
    took = list[float]()

    def outsider() -> None:
        go.wait()
        begun, wall, today = time.monotonic(), time.time(), datetime.now()
        time.sleep(0.05)
        took.extend([time.monotonic() - begun, time.time() - wall, (datetime.now() - today).total_seconds()])
        done.set()

    thread = threading.Thread(target=outsider)
    thread.start()
    with emulator.coupled_time() as coupled:
        go.set()
        time.sleep(86_400)
        with coupled.outside():
            thread.join()

    assert took == pytest.approx([0.05] * 3, abs=1)
    assert min(took) > 0.04


def test_nobody_who_can_go_on_is_told_with_who_waits_for_what() -> None:
    emulator, stop = local(), threading.Event()
    thread = threading.Thread(target=stop.wait, name="worker", daemon=True)

    def meet() -> None:
        thread.start()
        thread.join()

    with pytest.raises(CoupledTimeError) as caught, emulator.coupled_time(grace_s=0.05):
        meet()

    told = str(caught.value).splitlines()
    assert any(line.startswith("  MainThread waits for the end of worker, in ") for line in told)
    assert any(line.startswith("  worker waits for Condition.wait, in ") for line in told)
    # After the block it waits on as it would have without.
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_who_is_stuck_out_of_sight_holds_the_clock_up_for_a_while_only() -> None:
    emulator, lock = local(), threading.Lock()

    def hold() -> None:
        with lock:
            time.sleep(50)

    thread = threading.Thread(target=hold)

    def meet() -> None:
        with emulator.coupled_time(grace_s=0.05):
            thread.start()
            time.sleep(1)
            # Made before the block: C waits for it, and nobody sees that.
            with lock:
                thread.join()

    with pytest.warns(CoupledTimeWarning, match=r"(?s)coupled time moved.*over MainThread, in .*test_threads\.py"):
        meet()


def test_who_works_for_long_holds_the_clock_up() -> None:
    emulator = local()

    def work() -> float:
        begun = time.thread_time()
        while time.thread_time() - begun < 0.6:
            pass
        return time.monotonic()

    with warnings.catch_warnings(), emulator.coupled_time(grace_s=0.2), ThreadPoolExecutor(2) as pool:
        begun = time.monotonic()
        pool.submit(time.sleep, 1)
        assert pool.submit(work).result() == pytest.approx(begun)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a signal that comes by itself")
def test_a_wait_that_a_signal_breaks_off_leaves_nothing_behind() -> None:
    emulator = local()

    def give_up(number: int, frame: object) -> None:
        raise InterruptedError

    before = signal.signal(signal.SIGALRM, give_up)
    try:
        with passing(emulator, timedelta(seconds=60)), emulator.coupled_time() as coupled:

            def work() -> None:
                with coupled.outside():
                    time.sleep(0.3)

            thread = threading.Thread(target=work)
            thread.start()
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(InterruptedError):
                thread.join(30)
            thread.join()
            time.sleep(60)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_thread_that_outlasts_its_block_goes_on_in_real_time() -> None:
    emulator, stop, waited = local(), threading.Event(), list[bool]()
    thread = threading.Thread(target=lambda: waited.append(stop.wait(3_600)), daemon=True)
    with emulator.coupled_time():
        thread.start()
        time.sleep(60)

    thread.join(0.2)
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    assert waited == [True]


def test_blocks_of_two_threads_have_a_time_each() -> None:
    def day() -> timedelta:
        emulator = local()
        with emulator.coupled_time():
            begun = datetime.now()
            for _ in range(240):
                time.sleep(360)
            return datetime.now() - begun

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(day) for _ in range(2)]
        assert [one.result() for one in both] == [timedelta(days=1)] * 2
