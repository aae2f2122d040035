"""An emulator in a process of its own, which ends when the one that started it does, however that ends.

It does not know who its clients are.
"""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

from batchmock.errors import UsageError
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.testing import SERVED


@contextmanager
def serving_apart() -> Generator[str]:
    """Serve from another process, on a free port of the loopback; gives the base URL.

    Raises:
        UsageError: it does not start.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "batchmock.server_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # What a terminal sends to all of its processes is for the parent, which then ends this one.
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise UsageError("the emulator's process did not start; its error output says why")
        try:
            yield url
        finally:
            process.stdin.close()


def serve_while_asked_to(settings: Settings = SERVED) -> None:
    """Serve until the standard input ends, which it does with the process at its other end."""
    with running(settings) as url:
        print(url, flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    serve_while_asked_to()
