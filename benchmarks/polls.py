"""Rows 4 and 5: the slowest poll while the server is busy, and how many polls it answers in a second."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

from bodies import KIBIBYTE_LINE_TEXT_BYTES, body
from figures import Figure, alternate, at_least, at_most
from load import BATCHES, advance, create, download, exchange, get, post
from pollers import Polled, polling
from servers import Server, emulator, floor

REQUESTS = 100_000
SLOWEST_MS_MAX = 50
POLLS_RATIO_MIN = 0.65
POLLING_S = 1.0
# Pollers that never rest would measure their own queue: sixteen answers wait for each other at any moment.
PAUSE_S = 0.005

Busy = Callable[[int, str], None]


def measure_slowest(rounds: int) -> Iterator[Figure]:
    """Let sixteen clients poll while a batch runs, ends, is downloaded or canceled, or another is received."""
    target = at_most(SLOWEST_MS_MAX)
    for what, busy, held_to in (
        ("it runs and ends", _run_to_the_end, target),
        ("results are downloaded", _download, target),
        ("it is canceled", _cancel, None),
        ("another 100k is received", _create_another, None),
    ):
        # The floor is the same pollers at a bare route that does nothing else: what the machine's noise makes.
        ours, quiet = alternate(rounds, partial(_slowest, busy), _slowest_of_bare)
        what = f"slowest of 16 pollers: {what} | idle bare"
        yield Figure(row=4, what=what, unit="ms", ours=ours, floor=quiet, target=held_to)


def measure_throughput(rounds: int) -> Iterator[Figure]:
    """Poll as fast as the server answers; beside it a bare Starlette route with a body of the same size."""
    for count in (20, REQUESTS):
        with emulator() as server:
            path = f"{BATCHES}/{create(server.port, post(BATCHES, body(count)))}"
            size = len(exchange(server.port, get(path)).body)
            with floor("poll", str(size)) as bare:
                ours, theirs = alternate(rounds, partial(_rates, server, path), partial(_rates, bare, path))
        what, target = f"polls/s, batch of {count:,} | bare route", at_least(POLLS_RATIO_MIN, on="ratio")
        for unit, column in (("/s", 0), ("/CPU s", 1)):
            yield Figure(
                row=5,
                what=what,
                unit=unit,
                ours=[rates[column] for rates in ours],
                floor=[rates[column] for rates in theirs],
                target=target,
            )


def _rates(server: Server, path: str) -> tuple[float, float]:
    """Return how many polls a second are answered, and how many in a second of the server's CPU."""
    with polling(server.port, path) as polled:
        begun, cpu = time.perf_counter(), server.cpu()
        time.sleep(POLLING_S)
        cpu = (server.cpu() - cpu) / (time.perf_counter() - begun)
    return polled.each_second, polled.each_second / cpu


def _slowest(busy: Busy) -> float:
    request = post(BATCHES, body(REQUESTS, text_bytes=KIBIBYTE_LINE_TEXT_BYTES))
    with emulator() as server:
        batch_id = create(server.port, request)
        with _polling(server.port, f"{BATCHES}/{batch_id}") as polled:
            time.sleep(0.2)
            busy(server.port, batch_id)
            time.sleep(0.2)
    return polled.slowest * 1e3


def _slowest_of_bare() -> float:
    with floor("poll", "400") as server, _polling(server.port, f"{BATCHES}/none") as polled:
        time.sleep(1.0)
    return polled.slowest * 1e3


def _polling(port: int, path: str) -> AbstractContextManager[Polled]:
    return polling(port, path, pause_s=PAUSE_S)


def _run_to_the_end(port: int, batch_id: str) -> None:
    # A minute each ten milliseconds: a batch is over in a few hours at the most.
    for _ in range(100):
        advance(port, "1m")
        time.sleep(0.01)
    advance(port, "25h")


def _download(port: int, batch_id: str) -> None:
    advance(port, "25h")
    download(port, f"{BATCHES}/{batch_id}/results")


def _cancel(port: int, batch_id: str) -> None:
    exchange(port, post(f"{BATCHES}/{batch_id}/cancel", b""))
    advance(port, "25h")


def _create_another(port: int, batch_id: str) -> None:
    create(port, post(BATCHES, body(REQUESTS)))
