"""Requests in files: one entry a line, or a whole create body.

It does not know what is right in them.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from batchmock.errors import UsageError
from batchmock.preflight import Row

# After so many lines that are no JSON, the file is not JSON at all.
LOOKED_AT = 10
_READ = "check reads one request a line as JSON, or a whole create body"
_MARKED = {
    b"\xef\xbb\xbf": "starts with a byte order mark, which JSON must not have; save it as UTF-8 without one",
    b"\xff\xfe": "is UTF-16; save it as UTF-8",
    b"\xfe\xff": "is UTF-16; save it as UTF-8",
    b"PAR1": f"is Parquet; {_READ}, and 'batchproof run' takes Parquet",
}


class _FirstLine(Struct):
    requests: Raw | UnsetType = UNSET


class _Body(Struct):
    requests: list[Raw]


def read_rows(path: Path, progress: Callable[[int], None]) -> Iterator[Row]:
    """Yield the rows of a file; ``progress`` is told how many bytes were read since it was told last.

    Raises:
        UsageError: it cannot be read, is a body whose ``requests`` is no list, or is in another format.
    """
    try:
        with path.open("rb") as file:
            _refuse_other_formats(path, file)
            yield from _body(path, file) if _is_body(file) else _lines(file, progress)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _refuse_other_formats(path: Path, file: BinaryIO) -> None:
    """Refuse a file that is a mistake as a whole, where its rows would be told one by one as malformed."""
    first = file.read(4)
    file.seek(0)
    for mark, told in _MARKED.items():
        if first.startswith(mark):
            raise UsageError(f"{path} {told}")
    lines = list(islice((line for line in file if line.strip()), LOOKED_AT))
    file.seek(0)
    if lines and lines[0].lstrip().startswith(b"["):
        raise UsageError(
            f"{path} is a JSON array; write one element a line (jq -c '.[]'), or it all as {{\"requests\": […]}}"
        )
    if lines and lines[0].strip() != b"{" and not any(map(_is_json, lines)):
        raise UsageError(f"{path} is no JSON; {_READ}, and 'batchproof run' takes CSV and Parquet too")


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


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
