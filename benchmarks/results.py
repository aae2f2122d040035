"""Row 6: downloading the results of 100,000 requests, a kibibyte a line."""

from collections.abc import Iterator
from dataclasses import dataclass

from bodies import KIBIBYTE_LINE_TEXT_BYTES, body
from figures import Figure, alternate, at_least, at_most
from load import BATCHES, Download, advance, create, download, exchange, get, lines, post
from servers import Server, emulator, floor

REQUESTS = 100_000
MEGABYTES_S_MIN = 200
LINES_S_MIN = 200_000
FIRST_BYTE_MS_MAX = 50
# "Flat": a few chunks on their way out, whatever the file's size.
GROWTH_MB_MAX = 4


@dataclass(frozen=True, slots=True)
class _Downloaded:
    it: Download
    cpu: float


@dataclass(frozen=True, slots=True)
class _Life:
    """What a batch's whole life cost, and its download alone, in CPU time."""

    whole: float
    results: float


def measure(rounds: int) -> Iterator[Figure]:
    """Download again and again; beside it, the same bytes made beforehand, streamed by a bare app."""
    request = post(BATCHES, body(REQUESTS, text_bytes=KIBIBYTE_LINE_TEXT_BYTES))
    with emulator() as server:
        paths = [f"{BATCHES}/{create(server.port, request)}/results" for _ in range(rounds)]
        advance(server.port, "25h")
        # What is computed when a batch's results are first asked for is seen apart from the rest.
        cold = [_download(server, path).it.first_byte * 1e3 for path in paths]
        path = paths[-1]
        size = _checked_size(server, path)
        server.forget_peak()
        before = server.memory()
        with floor("stream", str(size)) as bare:
            ours, theirs = alternate(rounds, lambda: _download(server, path), lambda: _download(bare, path))
        growth = server.memory_peak() - before
    yield from _rates(ours, theirs, size)
    yield Figure(
        row=6,
        what="results: time to first byte | bare stream",
        unit="ms",
        ours=[one.it.first_byte * 1e3 for one in ours],
        floor=[one.it.first_byte * 1e3 for one in theirs],
        target=at_most(FIRST_BYTE_MS_MAX),
    )
    for what, unit, found, limit in (
        ("results: time to first byte, first download", "ms", cold, FIRST_BYTE_MS_MAX),
        ("results: RSS growth at the peak", "MB", [growth / 1e6], GROWTH_MB_MAX),
    ):
        yield Figure(row=6, what=what, unit=unit, ours=found, target=at_most(limit))
    with emulator() as server:
        lives = [_lived_through(server, request) for _ in range(rounds)]
    yield Figure(
        row=6,
        what="create, check all params, results | results alone",
        unit="lines/CPU s",
        ours=[REQUESTS / life.whole for life in lives],
        floor=[REQUESTS / life.results for life in lives],
    )


def _rates(ours: list[_Downloaded], theirs: list[_Downloaded], size: int) -> Iterator[Figure]:
    what = f"results, {size // REQUESTS:,} B a line | bare stream"
    for unit, amount, limit in (("MB", size / 1e6, MEGABYTES_S_MIN), ("lines", REQUESTS, LINES_S_MIN)):
        yield Figure(
            row=6,
            what=what,
            unit=f"{unit}/s",
            ours=[amount / one.it.took for one in ours],
            floor=[amount / one.it.took for one in theirs],
            target=at_least(limit),
        )
        yield Figure(
            row=6,
            what=what,
            unit=f"{unit}/CPU s",
            ours=[amount / one.cpu for one in ours],
            floor=[amount / one.cpu for one in theirs],
            target=at_least(limit),
        )


def _checked_size(server: Server, path: str) -> int:
    found = lines(server.port, path)
    if len(found) != REQUESTS:
        raise RuntimeError(f"{len(found)} lines for {REQUESTS} requests")
    return sum(map(len, found)) + len(found)


def _lived_through(server: Server, request: bytes) -> _Life:
    """Create a batch, look at it once it has ended, for which each of its requests is checked, and download it."""
    before = server.cpu()
    path = f"{BATCHES}/{create(server.port, request)}"
    advance(server.port, "25h")
    exchange(server.port, get(path))
    results = _download(server, f"{path}/results").cpu
    return _Life(server.cpu() - before, results)


def _download(server: Server, path: str) -> _Downloaded:
    cpu = server.cpu()
    downloaded = download(server.port, path)
    return _Downloaded(downloaded, server.cpu() - cpu)
