"""Faults that change what an answer says: JSON patched, rows of a results file chosen, its lines written anew.

Each takes a body piece by piece. It does not know how a body is sent.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Protocol, cast

import msgspec

from batchmock.exchanges.strike import Strike
from batchmock.faults import Lines, Patch, Rows

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Puts what the client asked for in the place of ``{path}`` and the like.
Fill = Callable[[str], str]


class BodyEdit(Protocol):
    """A change to a body; ``feed`` gives what is ready, ``end`` the rest."""

    def feed(self, piece: bytes) -> bytes:
        """Take a piece of the body and return what it lets through."""
        ...

    def end(self) -> bytes:
        """Return what was held back."""
        ...


class Watched:
    """An edit that bites once it lets through other bytes than it took."""

    def __init__(self, edit: BodyEdit, strike: Strike) -> None:
        self._edit = edit
        self._strike = strike
        # What was taken and has not come through.
        self._owed = bytearray()

    def feed(self, piece: bytes) -> bytes:
        """Take a piece of the body and return what it lets through."""
        if self._strike.has_bitten:
            return self._edit.feed(piece)
        self._owed += piece
        return self._compared(self._edit.feed(piece))

    def end(self) -> bytes:
        """Return what was held back."""
        rest = self._compared(self._edit.end())
        self._strike.has_bitten |= bool(self._owed)
        return rest

    def _compared(self, made: bytes) -> bytes:
        if self._owed.startswith(made):
            del self._owed[: len(made)]
        else:
            self._strike.has_bitten = True
        return made


class PatchedJson:
    """A body that is one JSON object, patched as a whole."""

    def __init__(self, patch: Patch, fill: Fill) -> None:
        self._patch = patch
        self._fill = fill
        self._body = bytearray()

    def feed(self, piece: bytes) -> bytes:
        """Hold the piece back."""
        self._body += piece
        return b""

    def end(self) -> bytes:
        """Return the body, patched if it is JSON at all."""
        try:
            value = msgspec.json.decode(self._body)
        except msgspec.DecodeError:
            return bytes(self._body)
        return msgspec.json.encode(patched(value, self._patch.merge, self._patch.drop, self._fill))


class _LineByLine:
    """A body of lines, each changed by itself."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, piece: bytes) -> bytes:
        """Return what becomes of the lines that are complete by now."""
        *lines, self._tail = (self._tail + piece).split(b"\n")
        return b"".join(self._written(line) for line in lines)

    def end(self) -> bytes:
        """Return what becomes of the rest."""
        rest = self._written(self._tail) if self._tail else b""
        return rest + self._last()

    def _written(self, line: bytes) -> bytes:
        raise NotImplementedError

    def _last(self) -> bytes:
        return b""


class ChosenRows(_LineByLine):
    """Rows that are missing, repeated, patched or replaced, and rows of strangers at the end."""

    def __init__(self, fault: Rows, fill: Fill) -> None:
        super().__init__()
        self._fault = fault
        self._fill = fill
        self._number = 0
        self._first: dict[str, object] = {}

    def _written(self, line: bytes) -> bytes:
        self._number += 1
        row = _row(line)
        if row is None:
            # Another fault has been here before.
            return line + b"\n"
        self._first = self._first or row
        if not self._is_chosen(str(row.get("custom_id"))):
            return line + b"\n"
        return b"".join(made + b"\n" for made in self._rows(line, row))

    def _is_chosen(self, custom_id: str) -> bool:
        fault = self._fault
        if fault.strangers and not (fault.rows or fault.glob):
            return False
        return (not fault.rows or self._number in fault.rows) and (
            fault.glob is None or fnmatchcase(custom_id, fault.glob)
        )

    def _rows(self, line: bytes, row: dict[str, object]) -> Iterator[bytes]:
        fault = self._fault
        if not fault.missing:
            yield line if fault.repeat else self._changed(row)
        for _ in range(fault.repeat):
            yield self._changed(row)

    def _changed(self, row: dict[str, object]) -> bytes:
        if self._fault.raw is not None:
            return self._fault.raw.encode()
        custom_id = str(row.get("custom_id"))

        def fill(text: str) -> str:
            return self._fill(text).replace("{custom_id}", custom_id)

        return msgspec.json.encode(patched(row, self._fault.merge, self._fault.drop, fill))

    def _last(self) -> bytes:
        strangers = range(1, self._fault.strangers + 1)
        rows = (self._first | {"custom_id": f"stranger-{number}"} for number in strangers)
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


class WrittenLines(_LineByLine):
    """Lines with other ends, blank ones between them, a mark in front."""

    def __init__(self, fault: Lines) -> None:
        super().__init__()
        self._fault = fault
        self._end_of_line = b"\r\n" if fault.line_end == "crlf" else b"\n"
        self._number = 0
        # A line end is written once it is known that something follows.
        self._owed = b""

    def _written(self, line: bytes) -> bytes:
        start = _BYTE_ORDER_MARK if self._fault.byte_order_mark and self._number == 0 else b""
        self._number += 1
        owed, self._owed = self._owed, self._end_of_line
        if self._fault.blank_every and self._number % self._fault.blank_every == 0:
            self._owed += self._end_of_line
        row = _row(line) if self._fault.escape else None
        text = line if row is None else json.dumps(row).encode()
        return start + owed + text

    def _last(self) -> bytes:
        return self._owed if self._fault.final_line_end else b""


def _row(line: bytes) -> dict[str, object] | None:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return cast(dict[str, object], row) if isinstance(row, dict) else None


def patched(value: object, merge: Mapping[str, object], drop: tuple[str, ...], fill: Fill) -> object:
    """Return a value with a patch merged into it and keys dropped; what is no object is left alone."""
    if not isinstance(value, dict):
        return value
    merged = _merged(cast(dict[str, object], value), merge, fill)
    for path in drop:
        _drop(merged, path.split("."))
    return merged


def _merged(value: Mapping[str, object], merge: Mapping[str, object], fill: Fill) -> dict[str, object]:
    result = dict(value)
    for key, new in merge.items():
        old = result.get(key)
        if isinstance(new, dict) and isinstance(old, dict):
            result[key] = _merged(cast(dict[str, object], old), cast(dict[str, object], new), fill)
        else:
            result[key] = fill(new) if isinstance(new, str) else new
    return result


def _drop(value: dict[str, object], path: list[str]) -> None:
    *parents, last = path
    for key in parents:
        inner = value.get(key)
        if not isinstance(inner, dict):
            return
        value = cast(dict[str, object], inner)
    value.pop(last, None)
