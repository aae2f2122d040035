"""Strings that match a regular expression, in the dialect that JSON Schema asks for.

It knows alternatives, groups, classes, escapes, quantifiers and anchors. What looks around (lookaheads, word
boundaries) it reads over: whoever takes a string checks it. It does not know schemas.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from batchmock.draws import Stream

PRINTABLE: Final = "".join(map(chr, range(32, 127)))
DIGITS: Final = "0123456789"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
WORD: Final = LETTERS + LETTERS.upper() + DIGITS + "_"
SPACE: Final = " \t\n\r\f\v"
# Most classes of a range are small; of a huge one its start will do.
RANGE_CHARS_MAX: Final = 512
REPEATS_MAX: Final = 4_000

_CLASSES: Final = {"d": DIGITS, "w": WORD, "s": SPACE}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}

# Writes a string, of as many repetitions as the number says where the expression leaves it open.
Writer = Callable[[Stream, int], str]


class PatternError(Exception):
    """An expression that we cannot read."""


@dataclass(slots=True)
class _Reader:
    """A recursive descent over an expression: alternatives of sequences of quantified atoms."""

    text: str
    at: int = 0

    def alternatives(self) -> Writer:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else _one_of(branches)

    def _sequence(self) -> Writer:
        parts: list[Writer] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self._quantified(self._atom()))
        return _all_of(parts)

    def _atom(self) -> Writer:
        match self._next():
            case "(":
                return self._group()
            case "[":
                return _character(self._class())
            case "\\":
                return self._escape()
            case ".":
                return _character(PRINTABLE)
            case "^" | "$":
                return _nothing
            case "*" | "+" | "?":
                raise PatternError("nothing to repeat")
            case character:
                return _character(character)

    def _group(self) -> Writer:
        looks = False
        if self._take("?"):
            looks = self._prefix()
        inside = self.alternatives()
        if not self._take(")"):
            raise PatternError("a group is not closed")
        return _nothing if looks else inside

    def _prefix(self) -> bool:
        """Read over what follows ``(?``; tell whether the group only looks, and takes no characters."""
        if self._take(":"):
            return False
        if any(self._take(look) for look in ("=", "!", "<=", "<!")):
            return True
        self._take("P")
        end = self.text.find(">", self.at)
        if self._take("<") and end > 0:
            self.at = end + 1
            return False
        raise PatternError("a group of an unknown kind")

    def _escape(self) -> Writer:
        character = self._next()
        if character in "bB":
            return _nothing
        if character in "123456789kpP":
            raise PatternError(f"\\{character} is not supported")
        return _character(self._escaped(character))

    def _escaped(self, character: str) -> str:
        """Return the characters that an escape stands for."""
        if character in _CLASSES:
            return _CLASSES[character]
        if character in "DWS":
            return _without(_CLASSES[character.lower()])
        if character in "xu":
            digits = self.text[self.at : self.at + (2 if character == "x" else 4)]
            self.at += len(digits)
            try:
                return chr(int(digits, 16))
            except ValueError:
                raise PatternError(f"\\{character} needs hexadecimal digits") from None
        return _CONTROLS.get(character, character)

    def _class(self) -> str:
        negated = self._take("^")
        found: list[str] = []
        first = True
        while first or self.text[self.at : self.at + 1] != "]":
            first = False
            found.append(self._member())
        self.at += 1
        members = "".join(found)
        members = _without(members) if negated else members
        if not members:
            raise PatternError("a class without members")
        return members

    def _member(self) -> str:
        start = self._class_character()
        if self.text[self.at : self.at + 1] == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            end = self._class_character()
            if len(start) != 1 or len(end) != 1 or ord(end) < ord(start):
                raise PatternError("a range that runs backwards")
            return "".join(map(chr, range(ord(start), min(ord(end) + 1, ord(start) + RANGE_CHARS_MAX))))
        return start

    def _class_character(self) -> str:
        character = self._next()
        return self._escaped(self._next()) if character == "\\" else character

    def _quantified(self, atom: Writer) -> Writer:
        if self._take("*"):
            atom = _repeated(atom, 0, None)
        elif self._take("+"):
            atom = _repeated(atom, 1, None)
        elif self._take("?"):
            atom = _repeated(atom, 0, 1)
        elif (bounds := self._bounds()) is not None:
            atom = _repeated(atom, *bounds)
        else:
            return atom
        self._take("?")
        return atom

    def _bounds(self) -> tuple[int, int | None] | None:
        end = self.text.find("}", self.at)
        if self.text[self.at : self.at + 1] != "{" or end < 0:
            return None
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if not low.isdecimal() or not (high == "" or high.isdecimal()):
            return None
        self.at = end + 1
        least = int(low[:9])
        most = (int(high[:9]) if high else None) if comma else least
        if least > REPEATS_MAX or (most is not None and most < least):
            raise PatternError("a repetition that is too long, or runs backwards")
        return least, most

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise PatternError("it ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _take(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True


def writer(pattern: str) -> Writer:
    """Return what writes strings that match a regular expression.

    Raises:
        PatternError: we cannot read it.
    """
    reader = _Reader(pattern)
    made = reader.alternatives()
    if reader.at < len(pattern):
        raise PatternError("a group is closed that was not opened")
    return made


def _without(characters: str) -> str:
    return "".join(character for character in PRINTABLE if character not in characters)


def _nothing(stream: Stream, repeats: int) -> str:
    return ""


def _character(choices: str) -> Writer:
    if len(choices) == 1:
        return lambda stream, repeats: choices
    return lambda stream, repeats: stream.pick(choices)


def _one_of(branches: list[Writer]) -> Writer:
    return lambda stream, repeats: stream.pick(branches)(stream, repeats)


def _all_of(parts: list[Writer]) -> Writer:
    return lambda stream, repeats: "".join([part(stream, repeats) for part in parts])


def _repeated(part: Writer, least: int, most: int | None) -> Writer:
    def write(stream: Stream, repeats: int) -> str:
        highest = least + repeats if most is None else min(most, least + repeats)
        count = least + stream.below(highest - least + 1)
        return "".join([part(stream, repeats) for _ in range(count)])

    return write
