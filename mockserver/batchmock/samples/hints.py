"""Constraints that structured outputs do not know, which the official SDKs write into descriptions instead.

The Python SDK 2.14 (``lib/_parse/_transform.py``) ends a description with ``{maximum: 5, minimum: 1}``, and checks
the answer against them once it is back. A model heeds them as a rule, so samples do. It does not know values.
"""

import re
from typing import Final

import msgspec

from batchmock.samples.schema import Schema

_NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems")
_END: Final = re.compile(r"\{(?P<hints>[^\n]*)\}\Z")
_KEYWORDS: Final = "|".join((*_NUMBERS, *_COUNTS, "uniqueItems", "pattern"))
_HINT: Final = re.compile(rf"(?:^|, )(?P<keyword>{_KEYWORDS}): (?P<value>.*?)(?=, [a-zA-Z]+: |$)")


def hints(schema: Schema) -> Schema:
    """Return the keywords that a schema's description ends with."""
    description = schema.get("description")
    if not isinstance(description, str) or (end := _END.search(description)) is None:
        return {}
    found = {hint["keyword"]: _value(hint["keyword"], hint["value"]) for hint in _HINT.finditer(end["hints"])}
    return {keyword: value for keyword, value in found.items() if value is not None}


def _value(keyword: str, text: str) -> object:
    if keyword == "pattern":
        return text
    if keyword == "uniqueItems":
        return text == "True"
    try:
        return msgspec.json.decode(text, type=float if keyword in _NUMBERS else int)
    except msgspec.DecodeError:
        return None
