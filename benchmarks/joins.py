"""Row 11: the reference client joining the results of 100,000 requests, beside the SDK's own iterator.

Each side runs in a process of its own, so that its CPU time and its memory are its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bodies import KIBIBYTE_LINE_TEXT_BYTES
from figures import Figure, alternate, at_least, at_most
from load import advance
from servers import HERE, Server, emulator

REQUESTS = 100_000
FEWER = 25_000
RATIO_MIN = 4
# What the larger of two runs may have more resident than the smaller, four times smaller one: bits for requests,
# numbers of lines, and the caches of SQLite and of the allocator.
GROWTH_MB_MAX = 24


@dataclass(frozen=True, slots=True)
class Joined:
    """What one process needed to have each line under its key."""

    wall: float
    cpu: float
    peak: int


def measure(rounds: int) -> Iterator[Figure]:
    """Join again and again, the client to its journal on the disk, the SDK to nothing."""
    with emulator() as server, tempfile.TemporaryDirectory() as folder:
        journals = _submitted(server, Path(folder), REQUESTS, rounds)
        fewer = _submitted(server, Path(folder), FEWER, rounds)
        advance(server.port, "25h")
        left = iter(journals)
        ours, theirs = alternate(
            rounds, lambda: _joined(server, "ours", next(left)), lambda: _joined(server, "sdk", journals[0])
        )
        small = [_joined(server, "ours", journal) for journal in fewer]
    # Ours ends on the disk, and the wall knows how fast that is; the target is for the work.
    for what, unit, target in (("wall", "s", None), ("cpu", "CPU s", at_least(RATIO_MIN, on="ratio"))):
        yield Figure(
            row=11,
            what="client: lines joined, to disk | SDK's iterator",
            unit=f"lines/{unit}",
            ours=[REQUESTS / getattr(one, what) for one in ours],
            floor=[REQUESTS / getattr(one, what) for one in theirs],
            target=target,
        )
    yield Figure(
        row=11,
        what="client: peak memory | SDK's iterator",
        unit="MB",
        ours=[one.peak / 1e6 for one in ours],
        floor=[one.peak / 1e6 for one in theirs],
    )
    yield Figure(
        row=11,
        what=f"client: peak memory, {REQUESTS:,} lines less {FEWER:,}",
        unit="MB",
        ours=[(large.peak - little.peak) / 1e6 for large, little in zip(ours, small, strict=True)],
        target=at_most(GROWTH_MB_MAX),
    )


def _submitted(server: Server, folder: Path, number: int, rounds: int) -> list[Path]:
    journals = [folder / f"{number}-{n}.db" for n in range(rounds)]
    for journal in journals:
        _run(server, "submit", str(journal), str(number))
    return journals


def _joined(server: Server, side: str, journal: Path) -> Joined:
    return Joined(**json.loads(_run(server, side, str(journal), str(REQUESTS))))


def _run(server: Server, *arguments: str) -> str:
    command = [sys.executable, str(HERE / "joiner.py"), f"http://127.0.0.1:{server.port}", *arguments]
    return subprocess.run(
        [*command, str(KIBIBYTE_LINE_TEXT_BYTES)], check=True, capture_output=True, text=True
    ).stdout
