"""A history in a file: a line of JSON for each exchange of any workspace, written when it is over.

It does not know the server that the exchanges come from.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from batchmock.errors import UsageError
from batchmock.exchanges.exchange import Exchange, record

_encode = msgspec.json.Encoder().encode


class HistoryFile:
    """Lines added to a file; when that fails the rest is lost, and ``complain`` is told so once."""

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        """Open the file, and keep what is in it.

        Raises:
            UsageError: the file cannot be written.
        """
        self._path = path
        self._complain = complain
        self._broken = False
        try:
            # Unbuffered: whoever follows the file sees each exchange as soon as it is over.
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise UsageError(f"cannot write the history {path}: {error.strerror}") from None

    def write(self, exchange: Exchange) -> None:
        """Add an exchange, if it is part of a history."""
        if self._broken or not exchange.sequence:
            return
        try:
            self._file.write(_encode(record(exchange, real=True)) + b"\n")
        except OSError as error:
            self._broken = True
            self._complain(f"cannot write the history {self._path} any more: {error.strerror}; it ends here")
