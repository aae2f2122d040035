"""Rows 2 and 3: receiving a batch of 100,000 requests, small ones and as large as a body may be."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bodies import body, text_bytes_for
from figures import Figure, alternate, at_most
from load import BATCHES, Answer, advance, batch_id_of, exchange, get, post
from servers import DEFAULT_HEAP, STEADY_HEAP, Server, emulator, floor

REQUESTS = 100_000
BODY_BYTES_MAX = 256_000_000
SMALL_CPU_S_MAX = 0.5
LARGE_RATIO_MAX = 1.5
MEMORY_FACTOR_MAX = 1.25


@dataclass(frozen=True, slots=True)
class _Created:
    wall: float
    cpu: float
    # With what the emulator does ahead of the first look at the ended batch: what is wrong with each request.
    cpu_in_all: float
    memory_factor: float


def measure_small(rounds: int) -> Iterator[Figure]:
    """Create small requests over a socket: what the server's CPU spends, all custom_ids checked."""
    ours, raw = _both(rounds, post(BATCHES, body(REQUESTS)), STEADY_HEAP)
    what, target = "create 100k small: CPU | receive + Raw", at_most(SMALL_CPU_S_MAX)
    yield Figure(row=2, what=what, unit="s", ours=_cpu(ours), floor=_cpu(raw), target=target)
    yield Figure(
        row=2, what="create 100k small: wall | receive + Raw", unit="s", ours=_wall(ours), floor=_wall(raw)
    )


def measure_large(rounds: int) -> Iterator[Figure]:
    """Create with the largest body: time against the floor, and memory against the body."""
    request = post(BATCHES, body(REQUESTS, text_bytes=text_bytes_for(BODY_BYTES_MAX, REQUESTS)))
    body.cache_clear()
    ours, raw = _both(rounds, request, STEADY_HEAP)
    target = at_most(LARGE_RATIO_MAX, on="ratio")
    for what, side in (("wall", _wall), ("CPU", _cpu)):
        what = f"create 256 MB: {what} | receive + Raw"
        yield Figure(row=3, what=what, unit="s", ours=side(ours), floor=side(raw), target=target)
    what = "create 256 MB and see it ended: CPU | receive + Raw"
    yield Figure(row=3, what=what, unit="s", ours=_cpu_in_all(ours), floor=_cpu_in_all(raw))
    # A steady heap holds more than it must: memory is what a user sees.
    ours, raw = _both(rounds, request, DEFAULT_HEAP)
    yield Figure(
        row=3,
        what="create 256 MB: peak RSS / body | receive + Raw",
        unit="x",
        ours=[created.memory_factor for created in ours],
        floor=[created.memory_factor for created in raw],
        target=at_most(MEMORY_FACTOR_MAX),
    )


def _both(rounds: int, request: bytes, heap: Mapping[str, str]) -> tuple[list[_Created], list[_Created]]:
    return alternate(
        rounds,
        lambda: _create(emulator(heap=heap), request, _look_at_the_end),
        lambda: _create(floor("receive_raw", heap=heap), request, _do_nothing),
    )


def _create(
    serving: AbstractContextManager[Server], request: bytes, end: Callable[[Server, Answer], None]
) -> _Created:
    with serving as server:
        cpu = server.cpu()
        answer = exchange(server.port, request)
        created, memory_factor = server.cpu() - cpu, server.memory_peak() / len(request)
        end(server, answer)
        return _Created(answer.took, created, server.cpu() - cpu, memory_factor)


def _look_at_the_end(server: Server, answer: Answer) -> None:
    advance(server.port, "25h")
    exchange(server.port, get(f"{BATCHES}/{batch_id_of(answer)}"))


def _do_nothing(server: Server, answer: Answer) -> None:
    """Take it that a floor has nothing left to do."""


def _wall(created: list[_Created]) -> list[float]:
    return [one.wall for one in created]


def _cpu(created: list[_Created]) -> list[float]:
    return [one.cpu for one in created]


def _cpu_in_all(created: list[_Created]) -> list[float]:
    return [one.cpu_in_all for one in created]
