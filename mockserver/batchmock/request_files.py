"""Requests in files: one entry a line, or a whole create body.

It does not know what is right in them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from batchmock.errors import UsageError
from batchmock.preflight import Row


class _FirstLine(Struct):
    requests: Raw | UnsetType = UNSET


class _Body(Struct):
    requests: list[Raw]


def read_rows(path: Path, progress: Callable[[int], None]) -> Iterator[Row]:
    """Yield the rows of a file; ``progress`` is told how many bytes were read since it was told last.

    Raises:
        UsageError: it cannot be read, or is a body whose ``requests`` is no list.
    """
    try:
        with path.open("rb") as file:
            yield from _body(path, file) if _is_body(file) else _lines(file, progress)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _is_body(file: BinaryIO) -> bool:
    """Tell whether a file starts with a JSON object that is no entry."""
    first = b""
    while not first.strip():
        first = file.readline()
        if not first:
            break
    file.seek(0)
    try:
        return msgspec.json.decode(first, type=_FirstLine).requests is not UNSET
    except msgspec.ValidationError:
        return False
    except (msgspec.DecodeError, UnicodeDecodeError):
        # An object that goes on in the next line.
        return first.strip() == b"{"


def _body(path: Path, file: BinaryIO) -> Iterator[Row]:
    try:
        entries = msgspec.json.decode(file.read(), type=_Body).requests
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is neither a create body nor one entry a line: {error}") from None
    # Of a body there is no telling in which line an entry stands: they are counted from 1.
    for number, entry in enumerate(entries, 1):
        yield Row(number, bytes(entry))


def _lines(file: BinaryIO, progress: Callable[[int], None]) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        progress(len(line))
        if entry := line.strip():
            yield Row(number, entry)
