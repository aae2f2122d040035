"""Answers beside what they answer, one JSON object a line, in the order of the requests.

The result of a request is the API's own, byte for byte. It does not know where rows come from.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

import click
import msgspec
from msgspec import Raw, Struct

from batchclient.cli.places import draft_of
from batchclient.cli.rows import RESULT, Row
from batchclient.cli.summary import UNFINISHED
from batchclient.journal import Journal
from batchclient.keys import decode_key
from batchclient.outcomes import Kind


class OutputError(click.ClickException):
    """The answers are in the journal, and could not be written where they were to go."""

    exit_code = UNFINISHED


class _Line(Struct):
    result: Raw


_line = msgspec.json.Decoder(_Line)


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file that appears when it is whole, and not before.

    Raises:
        OutputError: it cannot be written.
    """
    draft = draft_of(path)
    try:
        with draft.open("wb") as file:
            file.writelines(lines)
        draft.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; the answers are in the journal") from None
    finally:
        draft.unlink(missing_ok=True)


def joined(rows: Iterable[Row], journal: Journal) -> Iterator[bytes]:
    """Yield each row as it was given, with its result.

    Raises:
        OutputError: the rows are no longer those that were submitted.
    """
    for row, found in zip_longest(rows, journal.outcomes()):
        if row is None or found is None or row.key != decode_key(found[0]):
            raise OutputError(
                "the file of requests has changed since it was submitted, so its answers cannot be put beside it; "
                f"'batchproof results {journal.path}' writes them by key"
            )
        result = result_of(found[1], found[2])
        yield b'%s,"%s":%s}\n' % (row.given[:-1].rstrip(), RESULT.encode(), result)


def by_key(journal: Journal) -> Iterator[bytes]:
    """Yield the key of each request, with its result."""
    for key, kind, line in journal.outcomes():
        named = json.dumps(decode_key(key)).encode()
        yield b'{"custom_id":%s,"%s":%s}\n' % (named, RESULT.encode(), result_of(kind, line))


def result_of(kind: int | None, line: bytes | None) -> bytes:
    """Return a result as JSON: the API's own if it has one, ``null`` for a request that has no outcome yet."""
    if kind is None:
        return b"null"
    if line is None:
        return b'{"type":"%s"}' % Kind(kind).name.lower().encode()
    try:
        return bytes(_line.decode(line).result)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _odd(line)


def _odd(line: bytes) -> bytes:
    """Return what a line of no known shape says, under a type that says so."""
    return msgspec.json.encode({"type": "unknown", "line": line.decode(errors="replace")})
