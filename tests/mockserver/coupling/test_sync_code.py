"""Code that waits in a thread moves the emulator's clock instead, and sees it wherever it looks at the time."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import monotonic as taken_monotonic
from time import sleep as taken_sleep
from time import time as taken_time

import anthropic
import httpx2
import pytest
from tenacity import RetryError, Retrying, stop_after_delay, wait_fixed

from batchmock.errors import CoupledTimeError, UsageError
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.libraries import library
from tests.mockserver.coupling.lives import local, passing, poll
from tests.mockserver.inprocess.test_local_emulator import asking

DAY = timedelta(days=1)


@pytest.mark.parametrize(("pause_s", "polls"), [(60, 1440), (600, 144)])
def test_a_day_of_polls_passes_at_once(pause_s: float, polls: int) -> None:
    emulator = local()
    with passing(emulator, DAY), emulator.coupled_time() as coupled:
        assert poll(emulator.client(), pause_s) == polls
        assert coupled.forced == []


def test_every_clock_shows_the_emulators_time() -> None:
    emulator = local()
    clocks: list[Callable[[], float]] = [
        time.monotonic,
        lambda: time.monotonic_ns() / 1e9,
        time.perf_counter,
        lambda: time.perf_counter_ns() / 1e9,
        time.time,
        lambda: time.time_ns() / 1e9,
        lambda: datetime.now(UTC).timestamp(),
        lambda: datetime.now().timestamp(),
        lambda: time.mktime(time.localtime()),
        lambda: uuid.uuid1().time / 1e7,
    ]
    with emulator.coupled_time():
        # Taken from the module only now, as code does that runs inside the block.
        clocks = [getattr(time, clock.__name__, clock) for clock in clocks] + [taken_monotonic, taken_time]
        assert datetime.now(UTC) == emulator.clock.now()
        assert datetime.fromtimestamp(taken_time(), UTC) == emulator.clock.now()
        before = [clock() for clock in clocks]
        time.sleep(86_400)
        taken_sleep(3_600)
        passed = [clock() - start for clock, start in zip(clocks, before, strict=True)]

        assert passed == pytest.approx([90_000] * len(clocks), abs=1e-3)
        assert date.today() == emulator.clock.now().astimezone().date()


def test_moving_the_clock_by_hand_wakes_nobody_early_and_nobody_late() -> None:
    emulator = local()
    with passing(emulator, timedelta(hours=3)), emulator.coupled_time():
        emulator.clock.advance("2h")
        time.sleep(3_600)


def test_time_that_is_no_time_is_refused_as_ever() -> None:
    with local().coupled_time(), pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


def test_sdk_retries_obey_a_retry_after_of_hours() -> None:
    emulator, answers = local(), [429, 429, 200]

    def busy(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(
            answers.pop(0), headers={"retry-after": "3600"}, json={"data": [], "has_more": False}
        )

    client = anthropic.Anthropic(api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(busy)))
    with passing(emulator, timedelta(hours=2)), emulator.coupled_time():
        assert list(client.messages.batches.list()) == []
    assert answers == []


def test_backoff_libraries_see_their_deadlines_pass() -> None:
    emulator = local()
    batches = emulator.client().messages.batches
    batch = batches.create(requests=asking(20))

    def ended() -> None:
        if batches.retrieve(batch.id).processing_status != "ended":
            raise TimeoutError

    with passing(emulator, timedelta(hours=2)), emulator.coupled_time(), pytest.raises(RetryError):
        Retrying(wait=wait_fixed(30), stop=stop_after_delay(7_200))(ended)
    with passing(emulator, timedelta(hours=22)), emulator.coupled_time():
        Retrying(wait=wait_fixed(60))(ended)


def test_a_stalled_read_times_out_in_virtual_time() -> None:
    from tests.mockserver.inprocess.faulty import faulty

    used = library("httpx2")
    emulator = local()
    with (
        httpx2.Client(transport=used.transport(faulty, used), timeout=600) as client,
        passing(emulator, timedelta(minutes=10)),
        emulator.coupled_time(),
        pytest.raises(httpx2.ReadTimeout),
    ):
        client.get("http://here.test/length/3/stall")


def test_a_block_inside_a_block_is_the_same_time() -> None:
    emulator, other = local(), LocalEmulator()
    ahead = other.clock.now() - emulator.clock.now()
    with passing(emulator, timedelta(hours=3)), emulator.coupled_time():
        with emulator.coupled_time():
            time.sleep(3_600)
        with other.coupled_time():
            time.sleep(3_600)
            assert datetime.now(UTC) == emulator.clock.now() == other.clock.now() - ahead + timedelta(hours=1)
        time.sleep(3_600)


def test_code_that_never_ends_is_told_so() -> None:
    def wait_for_ever() -> None:
        while True:
            time.sleep(600)

    told = pytest.raises(
        CoupledTimeError, match=r"(?s)within 30d of waiting.*MainThread waits for time.sleep for 600 s"
    )
    with told, local().coupled_time(limit="30d"):
        wait_for_ever()


def test_a_limit_is_a_duration() -> None:
    with pytest.raises(UsageError, match="'long' is not a duration"), local().coupled_time(limit="long"):
        pass
