"""SIGTERM as SIGINT: whoever asks a process to end in either way gets the same.

By default SIGTERM ends a Python process without a word. While a run goes on it does what SIGINT does, which in a
synchronous program raises KeyboardInterrupt, and under ``asyncio.run`` cancels the main task. It does not know
runs.
"""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def terminating_as_interrupting() -> Generator[None]:
    """Treat SIGTERM as SIGINT, unless the program has a handler of its own, or this is not its main thread."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:
        raise KeyboardInterrupt
