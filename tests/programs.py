"""Running the project's commands as a user does: as processes, on free ports."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "batchproof")
# The last line of the greeting, for a person or for a program.
URL = re.compile(r'(?:ANTHROPIC_BASE_URL=|"listening":")([^\s"]+)')
ROOT = Path(__file__).parents[1]


def run(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``batchproof`` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | (env or {}),
        cwd=cwd,
    )


@dataclass(frozen=True, slots=True)
class Serving:
    """A running ``batchproof serve``; ``greeting`` is what it wrote before it was ready."""

    url: str
    greeting: list[str]
    process: subprocess.Popen[str]

    def stop(self, wish: signal.Signals = signal.SIGTERM) -> tuple[int, list[str]]:
        """Ask it to stop; return its exit code and what it wrote since the greeting."""
        self.process.send_signal(wish)
        _, rest = self.process.communicate(timeout=30)
        return self.process.returncode, rest.splitlines()


@contextmanager
def serving(*arguments: str, env: dict[str, str] | None = None) -> Generator[Serving]:
    """Run ``batchproof serve`` on a free port until the block ends."""
    command = [*COMMAND, "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | (env or {})
    ) as process:
        try:
            yield _greeted(process)
        finally:
            process.kill()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _greeted(process: subprocess.Popen[str]) -> Serving:
    assert process.stderr is not None
    lines: list[str] = []
    while not (lines and (url := URL.search(lines[-1]))):
        line = process.stderr.readline()
        assert line, f"batchproof serve ended: {lines}"
        lines.append(line.rstrip("\n"))
    return Serving(url[1], lines, process)
