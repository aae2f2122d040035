"""What ends a run without its outcomes.

It does not know what led to it.
"""

from collections.abc import Mapping
from typing import Any


class BatchError(Exception):
    """A run could not go on; the message names batches or keys, and ``outcomes`` are those that are known."""

    outcomes: Mapping[str, Any] = {}


class UnreadError(Exception):
    """An answer could not be had this time; the next may be better.

    ``wait_s`` is how long the server asks to wait.
    """

    def __init__(self, cause: str, wait_s: float = 0.0) -> None:
        super().__init__(cause)
        self.wait_s = wait_s
