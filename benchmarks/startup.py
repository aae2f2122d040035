"""Row 1: from nothing to the first answer."""

import subprocess
import sys
import time
from collections.abc import Iterator

from figures import Figure, alternate, at_most
from servers import emulator, floor

STARTUP_S_MAX = 0.4


def measure(rounds: int) -> Iterator[Figure]:
    """Start the emulator; beside it, a Python that imports what every such server must, and a bare app."""
    ours, imports = alternate(rounds, _emulator, _imports)
    target = at_most(STARTUP_S_MAX)
    yield Figure(
        row=1, what="start-up to first answer | imports", unit="s", ours=ours, floor=imports, target=target
    )
    ours, bare = alternate(rounds, _emulator, _bare)
    yield Figure(row=1, what="start-up to first answer | bare app", unit="s", ours=ours, floor=bare)


def _emulator() -> float:
    with emulator() as server:
        return server.answered_after


def _bare() -> float:
    with floor("poll") as server:
        return server.answered_after


def _imports() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import starlette.applications, uvicorn, uvloop, httptools"], check=True)
    return time.perf_counter() - begun
