"""Results while they are downloaded: by one client, by several, by one that goes away."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

import httpx2
import msgspec

from batchmock.clock import ClockSetting
from batchmock.exchanges.exchange import Exchange
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import DAY
from tests.mockserver.lives import START, create, requests, workspace

# Packed, the lines would fit into a connection's buffers.
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01", "accept-encoding": "identity"}
# Some megabytes of results: more than a connection's buffers hold.
LONG_TEXT = "x" * 2_000
COUNT = 20_000


class Record:
    """The exchanges of a server, and a way to wait for the next one of a path."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._grown = threading.Condition()

    def __call__(self, exchange: Exchange) -> None:
        with self._grown:
            self._exchanges.append(exchange)
            self._grown.notify_all()

    def wait_for(self, path: str) -> Exchange:
        with self._grown:
            self._grown.wait_for(lambda: any(exchange.path == path for exchange in self._exchanges), timeout=60)
            return next(exchange for exchange in self._exchanges if exchange.path == path)


@contextmanager
def ended_batch(record: Record) -> Generator[tuple[str, str]]:
    """Serve with a large batch that has ended; give the base URL and the path of its results."""
    params = {
        "model": "claude-haiku-4-5",
        "max_tokens": 64_000,
        "messages": [{"role": "user", "content": LONG_TEXT}],
    }
    body = msgspec.json.encode({"requests": [{"custom_id": f"r{n}", "params": params} for n in range(COUNT)]})
    with running(Settings(clock=ClockSetting(mode="manual")), observe=record) as url:
        batch = httpx2.post(f"{url}/v1/messages/batches", headers=HEADERS, content=body, timeout=60).json()
        httpx2.post(f"{url}/_emulator/clock/advance", headers=HEADERS, json={"by": "25h"})
        yield url, f"/v1/messages/batches/{batch['id']}/results"


def test_lines_are_no_longer_made_for_a_client_that_went_away() -> None:
    record = Record()
    with ended_batch(record) as (url, path):
        with httpx2.stream("GET", url + path, headers=HEADERS, timeout=60) as response:
            next(response.iter_bytes())
        left = record.wait_for(path)
        again = httpx2.get(f"{url}{path.removesuffix('/results')}", headers=HEADERS)

    assert left.status == 200
    assert 0 < left.sent_bytes < COUNT * len(LONG_TEXT) / 2
    assert again.json()["request_counts"]["succeeded"] == COUNT


def test_two_clients_that_download_at_once_get_the_same_lines() -> None:
    with (
        ended_batch(Record()) as (url, path),
        httpx2.stream("GET", url + path, headers=HEADERS, timeout=60) as one,
        httpx2.stream("GET", url + path, headers=HEADERS, timeout=60) as other,
    ):
        assert list(one.iter_lines()) == list(other.iter_lines())


def test_threads_that_look_at_a_batch_together_see_the_same_counts() -> None:
    space = workspace(Scenario())
    bad = set(range(0, 5_000, 3))
    batch_id = create(space, requests([f"r{number}" for number in range(5_000)], bad))
    seen: list[int] = []

    def look() -> None:
        view = space.retrieve(batch_id, START + DAY)
        while view.plan.verdicts.work():
            pass
        seen.append(view.counts.errored)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [len(bad)] * 4
    lines = [msgspec.json.decode(line) for line in space.results(batch_id, START + DAY)]
    errored = {line["custom_id"] for line in lines if line["result"]["type"] == "errored"}
    assert errored == {f"r{number}" for number in bad}
