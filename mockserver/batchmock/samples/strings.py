"""Strings as a schema wants them: of a format, of a pattern, or words.

It does not know schemas beyond those of strings.
"""

from typing import Final

from batchmock.draws import Stream
from batchmock.samples.check import expression
from batchmock.samples.formats import FORMATS
from batchmock.samples.pattern import PatternError, writer
from batchmock.samples.schema import Schema, UnsampleableError

WORDS: Final = (
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "harbour", "iris", "juniper", "kelp", "linden",
    "maple", "north", "onyx", "pepper", "quartz", "river", "saffron", "thistle", "umber", "violet", "willow",
)  # fmt: skip
CHARS_MAX: Final = 100_000
PATTERN_TRIES: Final = 24


class DeadEndError(Exception):
    """Nothing satisfies what was chosen so far; another choice may do."""


def string(schema: Schema, stream: Stream, mark: str | None) -> tuple[str, bool]:
    """Return a string as a schema wants it, and whether it carries the mark.

    Raises:
        DeadEndError: there is none of that length.
        UnsampleableError: we cannot read its pattern, or it is too long.
    """
    least, most = schema.get("minLength", 0), schema.get("maxLength", CHARS_MAX)
    if least > CHARS_MAX:
        raise UnsampleableError(f"a string of {least} characters is longer than {CHARS_MAX}")
    if "pattern" in schema:
        return _matching(schema["pattern"], least, most, stream), False
    if (make := FORMATS.get(schema.get("format", ""))) is not None:
        return make(stream), False
    if mark is not None and len(mark) <= most:
        return mark.ljust(least, "."), True
    return _words(stream)[:most].rstrip().ljust(least, "."), False


def property_name(schema: Schema, stream: Stream, number: int) -> str:
    """Return a name for a property that nobody declared."""
    wanted: Schema | bool = schema.get("propertyNames", True)
    pattern = None if isinstance(wanted, bool) else wanted.get("pattern")
    if pattern is None and schema.get("additionalProperties", True) is False:
        pattern = next(iter(schema.get("patternProperties", {})), None)
    return f"{WORDS[number % len(WORDS)]}_{number}" if pattern is None else _matching(pattern, 1, 64, stream)


def _matching(pattern: str, least: int, most: int, stream: Stream) -> str:
    matching = expression(pattern)
    try:
        write = writer(pattern)
    except (PatternError, RecursionError) as error:
        raise UnsampleableError(f"its pattern {pattern!r} cannot be sampled: {error}") from None
    for repeats in (2, 1, 4, 0, max(8, least), most if most < CHARS_MAX else 16) * (PATTERN_TRIES // 6):
        made = write(stream, min(repeats, CHARS_MAX // 10))
        if least <= len(made) <= most and matching.search(made):
            return made
        if len(made) < least and matching.search(padded := made + made[-1:] * (least - len(made))):
            return padded
    raise DeadEndError


def _words(stream: Stream) -> str:
    return " ".join(stream.pick(WORDS) for _ in range(1 + stream.below(3)))
