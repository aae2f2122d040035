"""The nine invariants against scenarios of the emulator: in process on coupled time, and over a socket.

Nothing stands between the client and the emulator here: what goes wrong is the emulator's own doing, as a user's
tests have it. A run is gone on with, once all is well again, and judged by what the emulator did and noted.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import msgspec
import pytest
from anthropic import Anthropic, AsyncAnthropic
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from batchclient.aio import AsyncBatchClient
from batchclient.outcomes import Missing, Outcome, Succeeded
from batchclient.policy import Policy
from batchclient.run import BatchRun, UnfinishedError
from batchclient.sync import BatchClient
from batchmock.clock import ClockSetting
from batchmock.faults import (
    Answer,
    AnyFault,
    Close,
    Delay,
    Drip,
    HalfClose,
    Headers,
    Lines,
    Patch,
    Reset,
    Rows,
    Stale,
    Stall,
)
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.outcomes import Mix
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from tests.clients.test_invariants import keys
from tests.clients.wire import NO_TLS
from tests.clients.world import Driver, Request, asking
from tests.mockserver.lives import mixes, scenarios

living = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])

CALLS = ["create", "retrieve", "list", "results", "cancel"]
matching: dict[str, Any] = {
    "on": st.lists(st.sampled_from(CALLS), min_size=1, max_size=2, unique=True).map(tuple),
    "calls": st.lists(st.integers(1, 4), max_size=3).map(tuple),
    "probability": st.sampled_from([1.0, 0.5, 0.1]),
    "times": st.integers(1, 4),
}
on_reads: dict[str, Any] = matching | {"on": st.just(("retrieve",))}
on_results: dict[str, Any] = matching | {"on": st.just(("results",))}
HEADERS = st.dictionaries(st.just("retry-after"), st.sampled_from(["1", "0", "90", "-1", "soon"]), max_size=1)


def cuts(kind: type[Any], *framings: str) -> st.SearchStrategy[Any]:
    """Return ends of the connection before an answer, and within one."""
    framing = st.sampled_from(["as_is", "length", "until_close", *framings])
    return (
        st.builds(kind, when=st.sampled_from(["instead", "after"]), **matching)
        | st.builds(kind, after_bytes=st.integers(0, 2_000), framing=framing, **matching)
        | st.builds(kind, after_lines=st.integers(0, 5), inside=st.booleans(), framing=framing, **on_results)
    )


# A server that makes a batch and says that it did not, or hides it for days, is beyond any client.
faults: st.SearchStrategy[AnyFault] = (
    st.builds(Answer, status=st.sampled_from([429, 500, 502, 503, 529]), headers=HEADERS, **matching)
    | st.builds(Answer, status=st.sampled_from([200, 204, 408, 500, 529]), when=st.just("after"), **matching)
    | st.builds(Answer, status=st.sampled_from([200, 502]), body=st.just("<html>"), **matching)
    | st.builds(Answer, status=st.just(404), **on_reads)
    | cuts(Close, "whole")
    | cuts(Reset)
    | cuts(HalfClose)
    | st.builds(Drip, size=st.integers(100, 1_000), **on_results)
    | st.builds(Headers, drop=st.just(("content-type",)), **matching)
    | st.builds(
        Patch,
        merge=st.sampled_from(
            [{"processing_status": "paused"}, {"request_counts": None}, {"new": {"x": 1}}, {"expires_at": "soon"}]
        ),
        **on_reads,
    )
    | st.builds(Stale, by=st.integers(0, 2 * DAY), **on_reads)
    | st.builds(
        Lines,
        line_end=st.sampled_from(["lf", "crlf"]),
        final_line_end=st.booleans(),
        byte_order_mark=st.booleans(),
        blank_every=st.none() | st.integers(1, 3),
        **on_results,
    )
    | st.builds(
        Rows,
        rows=st.lists(st.integers(1, 5), max_size=2).map(tuple),
        missing=st.booleans(),
        repeat=st.integers(0, 2),
        raw=st.none() | st.just('{"custom_id":'),
        strangers=st.integers(0, 2),
        **on_results,
    )
)


def bad_day(scenario: Scenario, mix: Any, found: list[AnyFault]) -> Scenario:
    return msgspec.structs.replace(scenario, mix=mix, faults=tuple(found))


# What takes the client's time, which only coupled time makes short.
slow = (
    cuts(Stall)
    | st.builds(Delay, by=st.sampled_from([10 * SECOND, 2 * MINUTE, HOUR]), **matching)
    | st.builds(Drip, size=st.integers(100, 1_000), every=st.sampled_from([SECOND, 30 * SECOND]), **on_results)
)
days = st.builds(bad_day, scenarios, st.just(Mix()) | mixes, st.lists(faults, max_size=4))
slow_days = st.builds(bad_day, scenarios, st.just(Mix()) | mixes, st.lists(faults | slow, max_size=4))
numbers = count()


@dataclass
class Place:
    """An emulator, and clients of it that wait on its own clock."""

    emulator: LocalEmulator | RemoteEmulator
    url: str
    key: str
    http: httpx2.Client
    sdk: Callable[[], Anthropic]
    async_sdk: Callable[[], AsyncAnthropic]
    driver: Driver
    policy: Policy
    slept: float = 0.0

    def run_to_the_end(self, requests: list[Request], journal: Path) -> BatchRun:
        for _ in range(6):
            try:
                return self._run(requests, journal)
            except UnfinishedError as unfinished:
                unfinished.run.close()
                well = msgspec.structs.replace(self.emulator.scenario, faults=())
                self.emulator.scenario = well
        raise AssertionError("still unfinished although all is well")

    def billed(self) -> Counter[str]:
        """Return how often each nonce was answered, in all batches that the emulator has."""
        self.emulator.scenario = msgspec.structs.replace(self.emulator.scenario, faults=())
        self.emulator.clock.advance("3d")
        found = Counter[str]()
        for batch in self._get("?limit=1000").json()["data"]:
            for line in self._get(f"/{batch['id']}/results").text.split("\n"):
                if '"type":"succeeded"' in line:
                    found[json.loads(line)["result"]["message"]["content"][0]["text"].partition(": ")[2]] += 1
        return found

    def _get(self, path: str) -> httpx2.Response:
        headers = {"x-api-key": self.key, "anthropic-version": "2023-06-01"}
        return self.http.get(f"{self.url}/v1/messages/batches{path}", headers=headers)

    def _run(self, requests: list[Request], journal: Path) -> BatchRun:
        if self.driver == "async":
            return asyncio.run(self._run_async(requests, journal))
        with self.sdk() as sdk:
            return BatchClient(sdk, policy=self.policy, **self._time(self._sleep)).run(requests, journal=journal)

    async def _run_async(self, requests: list[Request], journal: Path) -> BatchRun:
        async def sleep(seconds: float) -> None:
            self._sleep(seconds)

        async with self.async_sdk() as sdk:
            client = AsyncBatchClient(sdk, policy=self.policy, **self._time(sleep))
            return await client.run(requests, journal=journal)

    def _time(self, sleep: Any) -> dict[str, Any]:
        """In process the client keeps its own time, which is coupled; over a socket polls step the emulator's."""
        return {} if isinstance(self.emulator, LocalEmulator) else {"sleep": sleep, "clock": lambda: self.slept}

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds


def judge(place: Place, names: list[str], folder: str) -> None:
    requests = [asking(name, f"nonce-{n}") for n, name in enumerate(names)]
    began = place.emulator.clock.now()
    journal = Path(folder, "run.db")
    with place.run_to_the_end(requests, journal) as run:
        outcomes = list(run)
        known = run.batch_ids
    took = place.emulator.clock.now() - began
    billed = place.billed()

    assert [key for key, _ in outcomes] == names  # I1
    for n, (_, outcome) in enumerate(outcomes):
        times = billed[f"nonce-{n}"]
        assert (
            times == 1 if isinstance(outcome, Succeeded) else times == 0 or isinstance(outcome, Missing)
        )  # I3, I4
        if isinstance(outcome, Succeeded):
            assert outcome.text.endswith(f": nonce-{n}")  # I2
    assert took <= timedelta(days=14)  # I5
    assert sorted(known) == sorted(batch.id for batch in place.emulator.batches())
    done = {seen.operation for seen in place.emulator.history()}
    assert done <= {"create", "retrieve", "list", "results"}  # I9
    assert place.key.encode() not in journal.read_bytes()  # I8
    _note(outcomes)


def _note(outcomes: list[tuple[str, Outcome]]) -> None:
    for kind in sorted({type(outcome).__name__ for _, outcome in outcomes}):
        event(kind)


@pytest.fixture(scope="module")
def server() -> Generator[str]:
    with running(Settings(clock=ClockSetting(mode="stepped", step=HOUR))) as url:
        yield url


@living
@given(slow_days, keys, st.integers(1, 4), st.integers(0, 1), st.sampled_from(["sync", "async"]))
def test_in_process_on_coupled_time(
    scenario: Scenario, names: list[str], requests_max: int, retries: int, driver: Driver
) -> None:
    emulator = LocalEmulator(scenario)
    policy = Policy(requests_max=requests_max, retries=retries)
    with ExitStack() as stack:
        http = stack.enter_context(emulator.http_client())
        folder = stack.enter_context(TemporaryDirectory())
        stack.enter_context(emulator.coupled_time())
        sdks = emulator.client, emulator.async_client
        judge(Place(emulator, emulator.base_url, "test", http, *sdks, driver, policy), names, folder)


@settings(living, max_examples=25)
@given(days, keys, st.integers(1, 4), st.integers(0, 1), st.sampled_from(["sync", "async"]))
def test_over_a_socket(
    server: str, scenario: Scenario, names: list[str], requests_max: int, retries: int, driver: Driver
) -> None:
    key = f"bad-day-{next(numbers)}"
    emulator = RemoteEmulator(server, key)
    emulator.scenario = scenario
    policy = Policy(requests_max=requests_max, retries=retries)

    def sdk() -> Anthropic:
        return Anthropic(base_url=server, api_key=key, http_client=httpx2.Client(verify=NO_TLS))

    def async_sdk() -> AsyncAnthropic:
        return AsyncAnthropic(base_url=server, api_key=key, http_client=httpx2.AsyncClient(verify=NO_TLS))

    with httpx2.Client(verify=NO_TLS, timeout=30) as http, TemporaryDirectory() as folder:
        judge(Place(emulator, server, key, http, sdk, async_sdk, driver, policy), names, folder)


@pytest.mark.parametrize("driver", ["sync", "async"])
def test_a_download_may_take_hours_as_long_as_bytes_come(driver: Driver, tmp_path: Path) -> None:
    slowly = Drip(on=("results",), size=10, every=30 * SECOND)
    emulator = LocalEmulator(Scenario(faults=(slowly,)))
    names = [str(n) for n in range(60)]
    with emulator.http_client() as http, emulator.coupled_time():
        sdks = emulator.client, emulator.async_client
        place = Place(emulator, emulator.base_url, "test", http, *sdks, driver, Policy())
        began = emulator.clock.now()
        with place.run_to_the_end([asking(name, name) for name in names], tmp_path / "run.db") as run:
            assert run.counts.succeeded == 60
        took = emulator.clock.now() - began
    assert took >= timedelta(hours=2)
    assert [seen.operation for seen in emulator.history()].count("results") == 1
