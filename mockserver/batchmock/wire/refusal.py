"""How the API words what is wrong with a JSON value: ``requests.0.custom_id: Field required``.

The API's sentences are pydantic's, seen in recordings; the decoder here is msgspec, whose sentences this module
turns into them. It does not know which values are right.
"""

import re
from typing import Final

import msgspec

# The parts of "Expected `str`, got `int` - at `$.requests[0].custom_id`" and its siblings.
_AT = re.compile(r" - at `(?P<path>[^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]*)`")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(?P<type>[^`]*)`, got")
_INDEX = re.compile(r"\[(\d*|\.\.\.)\]")

MISSING: Final = "Field required"
NOT_FINITE: Final = "Input should be a finite number"
EXTRA: Final = "Extra inputs are not permitted"
NOT_A: Final = {
    "str": "Input should be a valid string",
    "int": "Input should be a valid integer",
    "float": "Input should be a valid number",
    "bool": "Input should be a valid boolean",
    "array": "Input should be a valid list",
    "object": "Input should be a valid dictionary",
}


def describe(error: msgspec.ValidationError, *, within: str = "") -> str:
    """Return the API's sentence for a value of the wrong shape, its path starting at ``within``."""
    text = str(error)
    at = _AT.search(text)
    path = within + _dotted(at["path"] if at else "$")
    text = _AT.sub("", text)
    if missing := _MISSING.match(text):
        return located(f"{path}.{missing['field']}", MISSING)
    if unknown := _UNKNOWN.match(text):
        return located(f"{path}.{unknown['field']}", EXTRA)
    if expected := _EXPECTED.match(text):
        return located(path, _not_a(expected["type"]))
    if text == "Number out of range":
        return located(path, NOT_FINITE)
    return located(path, text)


def located(path: str, sentence: str) -> str:
    """Return ``path: sentence``; a path that starts with a dot starts at the top."""
    path = path.lstrip(".")
    return f"{path}: {sentence}" if path else sentence


def _not_a(expected: str) -> str:
    # Of a union, `str | array`, the API reports its first member.
    return NOT_A.get(expected.split(" | ")[0], f"Input should be a valid {expected}")


def _dotted(path: str) -> str:
    return _INDEX.sub(r".\1", path.removeprefix("$"))
