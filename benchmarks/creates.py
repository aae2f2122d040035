"""Rows 2 and 3: receiving a batch of 100,000 requests, small ones and as large as a body may be."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bodies import body, text_bytes_for
from figures import Figure, alternate, at_most
from load import BATCHES, exchange, post
from servers import Server, emulator, floor

REQUESTS = 100_000
BODY_BYTES_MAX = 256_000_000
SMALL_CPU_S_MAX = 0.5
LARGE_RATIO_MAX = 1.5
MEMORY_FACTOR_MAX = 1.25


@dataclass(frozen=True, slots=True)
class _Created:
    wall: float
    cpu: float
    memory_factor: float


def measure_small(rounds: int) -> Iterator[Figure]:
    """Create small requests over a socket: what the server's CPU spends, all custom_ids checked."""
    ours, raw = _both(rounds, post(BATCHES, body(REQUESTS)))
    what, target = "create 100k small: CPU | receive + Raw", at_most(SMALL_CPU_S_MAX)
    yield Figure(row=2, what=what, unit="s", ours=_cpu(ours), floor=_cpu(raw), target=target)
    yield Figure(
        row=2, what="create 100k small: wall | receive + Raw", unit="s", ours=_wall(ours), floor=_wall(raw)
    )


def measure_large(rounds: int) -> Iterator[Figure]:
    """Create with the largest body: time against the floor, and memory against the body."""
    text_bytes = text_bytes_for(BODY_BYTES_MAX, REQUESTS)
    ours, raw = _both(rounds, post(BATCHES, body(REQUESTS, text_bytes=text_bytes)))
    body.cache_clear()
    target = at_most(LARGE_RATIO_MAX, on="ratio")
    what = "create 256 MB"
    yield Figure(
        row=3, what=f"{what}: wall | receive + Raw", unit="s", ours=_wall(ours), floor=_wall(raw), target=target
    )
    yield Figure(
        row=3, what=f"{what}: CPU | receive + Raw", unit="s", ours=_cpu(ours), floor=_cpu(raw), target=target
    )
    yield Figure(
        row=3,
        what=f"{what}: peak RSS / body | receive + Raw",
        unit="x",
        ours=[created.memory_factor for created in ours],
        floor=[created.memory_factor for created in raw],
        target=at_most(MEMORY_FACTOR_MAX),
    )


def _both(rounds: int, request: bytes) -> tuple[list[_Created], list[_Created]]:
    return alternate(rounds, lambda: _create(emulator, request), lambda: _create(_receive_raw, request))


def _receive_raw() -> AbstractContextManager[Server]:
    return floor("receive_raw")


def _create(serving: Callable[[], AbstractContextManager[Server]], request: bytes) -> _Created:
    with serving() as server:
        cpu = server.cpu()
        answer = exchange(server.port, request)
        return _Created(answer.took, server.cpu() - cpu, server.memory_peak() / len(request))


def _wall(created: list[_Created]) -> list[float]:
    return [one.wall for one in created]


def _cpu(created: list[_Created]) -> list[float]:
    return [one.cpu for one in created]
