"""Answers that somebody else wrote, by custom_id: recorded, or made by hand.

It does not know files: it gets their bytes, and names them only in what it refuses.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import ABSENT
from batchmock.errors import UsageError
from batchmock.limits import CUSTOM_ID_PATTERN
from batchmock.replies.given import Given, NotAnAnswerError, answer_of, encoded, message_of, result_of
from batchmock.wire.refusal import describe

_CUSTOM_ID = re.compile(CUSTOM_ID_PATTERN.removesuffix("$") + r"\Z", re.ASCII)
_RESULT_TYPES = frozenset({"succeeded", "errored", "canceled", "expired"})


class Canned:
    """What is kept for each custom_id, a message in the bytes it came in; and how a scenario's file names it."""

    # No dataclass: a scenario's document must not think that it could be written there.
    __slots__ = ("given", "named")

    def __init__(self, given: Mapping[str, Given], named: str | None = None) -> None:
        self.given = given
        self.named = named

    def __len__(self) -> int:
        return len(self.given)


class _Line(Struct):
    custom_id: str
    result: Raw = ABSENT
    message: Raw = ABSENT
    text: str | None = None


_lines = msgspec.json.Decoder(_Line)


def canned(answers: Mapping[str, object]) -> Canned:
    """Return canned answers from Python values: a text, a list of blocks, a whole message, a result or a line.

    Raises:
        UsageError: naming the custom_id whose answer is none.
    """
    return Canned(dict(_from_values(answers)))


def parse_canned(data: bytes, name: str) -> Canned:
    """Return canned answers from lines of JSON.

    Each line has a ``custom_id`` and one of ``result`` (as results files have it), ``message`` (a whole one) and
    ``text``. Messages stay slices of ``data``.

    Raises:
        UsageError: naming the file, the line and what is wrong with it.
    """
    try:
        _refuse_other_than_utf8(data)
        lines = _lines.decode_lines(data)
        given = {line.custom_id: _given(line) for line in lines}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotAnAnswerError):
        raise _first_refusal(data, name) from None
    if len(given) != len(lines) or not all(map(_CUSTOM_ID.match, given)):
        raise _first_refusal(data, name)
    return Canned(given)


def _refuse_other_than_utf8(data: bytes) -> None:
    # What a decoder skips, as it does with most of a message, it does not look at.
    if not data.isascii():
        data.decode()


def _given(line: _Line) -> Given:
    if (line.result is not ABSENT) + (line.message is not ABSENT) + (line.text is not None) != 1:
        raise NotAnAnswerError("a line has one of result, message and text")
    if line.text is not None:
        return line.text
    return result_of(line.result) if line.message is ABSENT else message_of(line.message)


def _first_refusal(data: bytes, name: str) -> UsageError:
    seen: dict[str, int] = {}
    for number, text in enumerate(data.split(b"\n"), 1):
        if text.strip() and (reason := _refusal(text, number, seen)):
            return UsageError(f"{name}, line {number}: {reason}")
    # pragma: no cover - the fast path and this walk disagree: our own bug
    raise AssertionError(f"nothing is wrong with {name}, which was refused")


def _refusal(text: bytes, number: int, seen: dict[str, int]) -> str | None:
    try:
        text.decode()
        line = _lines.decode(text)
        _given(line)
    except msgspec.ValidationError as error:
        return describe(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"it is not JSON: {error}"
    except NotAnAnswerError as error:
        return str(error)
    if not _CUSTOM_ID.match(line.custom_id):
        return f"no request can have the custom_id {line.custom_id!r}: it matches {CUSTOM_ID_PATTERN}"
    if (first := seen.setdefault(line.custom_id, number)) != number:
        return f"custom_id {line.custom_id!r} is that of line {first} as well; keep one of them"
    return None


def _from_values(answers: Mapping[str, object]) -> Iterator[tuple[str, Given]]:
    for custom_id, value in answers.items():
        try:
            yield custom_id, _value(value)
        except NotAnAnswerError as error:
            raise UsageError(f"canned answer of {custom_id!r}: {error}") from None


def _value(value: object) -> Given:
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, object]", value)
        if "result" in fields:
            return result_of(encoded(fields["result"]))
        if fields.get("type") in _RESULT_TYPES:
            return result_of(encoded(fields))
    return answer_of(cast("object", value))
