"""Row 7: what a request costs as batches grow: 100,000 of them in batches of 1,000, of 10,000 and in one."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields

from bodies import body
from figures import Figure
from load import BATCHES, advance, create, download, post
from pollers import polling
from servers import Server, emulator

REQUESTS = 100_000
SIZES = (1_000, 10_000, 100_000)
POLLING_S = 0.5


@dataclass(frozen=True, slots=True)
class _Cost:
    create: float
    poll: float
    results: float
    memory: float


_SHOWN = {
    "create": ("create: CPU a request", "µs"),
    "poll": ("poll: CPU a poll", "µs"),
    "results": ("results: CPU a line", "µs"),
    "memory": ("memory a request", "B"),
}


def measure(rounds: int) -> Iterator[Figure]:
    """Measure each size in turn, round by round; the floor of a size is the smallest one's cost."""
    costs = {size: list[_Cost]() for size in SIZES}
    for _ in range(rounds):
        for size in SIZES:
            costs[size].append(_cost(size))
    for field in fields(_Cost):
        what, unit = _SHOWN[field.name]
        first = [getattr(cost, field.name) for cost in costs[SIZES[0]]]
        for size in SIZES:
            ours = [getattr(cost, field.name) for cost in costs[size]]
            what_of_size = f"{what}, batches of {size:,} | of {SIZES[0]:,}"
            yield Figure(row=7, what=what_of_size, unit=unit, ours=ours, floor=first)


def _cost(size: int) -> _Cost:
    request = post(BATCHES, body(size))
    with emulator() as server:
        memory, cpu = server.memory(), server.cpu()
        ids = [create(server.port, request) for _ in range(REQUESTS // size)]
        created, held = server.cpu() - cpu, server.memory() - memory
        poll = _poll(server, f"{BATCHES}/{ids[-1]}")
        advance(server.port, "25h")
        cpu = server.cpu()
        for batch_id in ids:
            download(server.port, f"{BATCHES}/{batch_id}/results")
        lines = server.cpu() - cpu
    return _Cost(created / REQUESTS * 1e6, poll * 1e6, lines / REQUESTS * 1e6, held / REQUESTS)


def _poll(server: Server, path: str) -> float:
    with polling(server.port, path) as polled:
        begun, cpu = time.perf_counter(), server.cpu()
        time.sleep(POLLING_S)
        share = (server.cpu() - cpu) / (time.perf_counter() - begun)
    return share / polled.each_second
