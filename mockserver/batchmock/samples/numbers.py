"""Numbers within bounds and on a grid.

It does not know schemas beyond those of numbers.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Final

from batchmock.draws import Stream
from batchmock.samples.schema import Schema

# How far from its one bound, or from zero, a number is drawn.
SPAN: Final = 1_000
HUNDREDTH: Final = Fraction(1, 100)


def number(schema: Schema, stream: Stream, *, whole: bool) -> int | float | None:
    """Return a number as a schema wants it, or None where there is none."""
    low, high = (
        _bound(schema, "minimum", "exclusiveMinimum", max),
        _bound(schema, "maximum", "exclusiveMaximum", min),
    )
    if low is None:
        low = Fraction(0) if high is None else high - SPAN
    if high is None:
        high = low + SPAN
    step = Fraction(str(schema["multipleOf"])) if "multipleOf" in schema else Fraction(1) if whole else HUNDREDTH
    if whole:
        # The multiples of p/q that are whole are those of p.
        step = Fraction(step.numerator)
    drawn = _on_grid(schema, low, high, step, stream)
    if drawn is None and not whole and "multipleOf" not in schema and low <= high:
        drawn = (low + high) / 2
    if drawn is None:
        return None
    return int(drawn) if drawn.denominator == 1 else float(drawn)


def _bound(
    schema: Schema, inclusive: str, exclusive: str, tighter: Callable[[list[Fraction]], Fraction]
) -> Fraction | None:
    bounds = [Fraction(str(schema[keyword])) for keyword in (inclusive, exclusive) if keyword in schema]
    return tighter(bounds) if bounds else None


def _on_grid(schema: Schema, low: Fraction, high: Fraction, step: Fraction, stream: Stream) -> Fraction | None:
    first, last = ceil(low / step), floor(high / step)
    if first * step == schema.get("exclusiveMinimum"):
        first += 1
    if last * step == schema.get("exclusiveMaximum"):
        last -= 1
    return None if first > last else (first + stream.below(min(last - first + 1, 2**64))) * step
