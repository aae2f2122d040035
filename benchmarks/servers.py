"""Servers as subprocesses, each in a fresh process: the emulator, or one of the floors it is held against.

CPU time and memory are read from outside, from the kernel (Linux), so that measuring costs the server nothing.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load import exchange, get

HERE = Path(__file__).parent
START_S_MAX = 30.0
# The scheduler's clock of a whole process, threads included (MAKE_PROCESS_CPUCLOCK in the kernel's sources):
# nanoseconds, where /proc/PID/stat and all that reads it count in steps of ten milliseconds.
_CPUCLOCK_SCHED = 2

DEFAULT_HEAP: Mapping[str, str] = {}
# glibc gives a freed read buffer back to the kernel or not, by what happens to lie above it; given back, each
# piece of a large upload faults its pages in anew. One import more or less made the same floor take 0.25 s or
# 0.40 s for 256 MB (66 or 150 thousand page faults). So both sides of a comparison of times keep what they freed.
STEADY_HEAP: Mapping[str, str] = {
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that accepts connections on a port of the loopback; sizes in bytes, times in seconds."""

    pid: int
    port: int
    answered_after: float

    def cpu(self) -> float:
        """Return the CPU time it has used so far, user and system."""
        return time.clock_gettime_ns((~self.pid << 3) | _CPUCLOCK_SCHED) / 1e9

    def memory(self) -> int:
        """Return its resident memory."""
        return resident(self.pid)

    def memory_peak(self) -> int:
        """Return the most resident memory it had since it started, or since ``forget_peak``."""
        return resident_peak(self.pid)

    def forget_peak(self) -> None:
        """Let the peak start again at what is resident now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def resident(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    return _status(pid, "VmRSS")


def resident_peak(pid: int) -> int:
    """Return the most that was ever resident of a process, in bytes.

    Not what ``getrusage`` says, which counts what the process was forked from.
    """
    return _status(pid, "VmHWM")


def _status(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(f"no {field} for process {pid}")


@contextmanager
def emulator(*flags: str, clock: str = "manual", heap: Mapping[str, str] = DEFAULT_HEAP) -> Generator[Server]:
    """Run ``batchproof serve`` on a free port; time stands still unless told otherwise."""
    command = [sys.executable, "-m", "batchproof", "serve", "--quiet", "--port", "0", "--clock", clock, *flags]
    with _serving(command, "--ready-file", "/_emulator/health", heap) as server:
        yield server


@contextmanager
def floor(name: str, *arguments: str, heap: Mapping[str, str] = DEFAULT_HEAP) -> Generator[Server]:
    """Run one of the apps of ``floors.py`` under the emulator's uvicorn settings."""
    command = [sys.executable, str(HERE / "floors.py"), name, *arguments]
    with _serving(command, "--ready-file", "/", heap) as server:
        yield server


@contextmanager
def _serving(
    command: Sequence[str], ready_option: str, health_path: str, heap: Mapping[str, str]
) -> Generator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "url")
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*command, ready_option, str(ready)], stderr=subprocess.DEVNULL, env=os.environ | heap
        )
        try:
            port = _wait_for(ready, process, begun)
            exchange(port, get(health_path))
            yield Server(process.pid, port, time.perf_counter() - begun)
        finally:
            process.terminate()
            process.wait()


def _wait_for(ready: Path, process: subprocess.Popen[bytes], begun: float) -> int:
    while not ready.exists():
        if process.poll() is not None or time.perf_counter() - begun > START_S_MAX:
            raise RuntimeError(f"no server: {process.args!r} ended or is too slow")
        time.sleep(0.001)
    return int(ready.read_text().rpartition(":")[2])
