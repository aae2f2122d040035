"""How clients tell the time and wait, unless they are told otherwise.

Both are looked up at each call, so that a test that puts a clock of its own in their place is heard. It does not
know what is waited for.
"""

import time


def monotonic() -> float:
    """Return the seconds by which the client waits."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
