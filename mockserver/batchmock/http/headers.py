"""A request's headers, read once, and the parts of one that has several.

It does not know what they mean. A header that is repeated counts as one whose values are joined by commas
(RFC 9110 §5.3).
"""

import re
from collections.abc import Mapping, Sequence

# Names in lower case, as ASGI gives them.
RequestHeaders = Mapping[str, str]

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def request_headers(raw: Sequence[tuple[bytes, bytes]]) -> RequestHeaders:
    """Return the headers of a request by name."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else _joined(raw)


def split_unquoted(text: str, separator: str) -> list[str]:
    """Split at a separator, but not where it stands in quotes (RFC 9110 §5.6.4)."""
    if '"' not in text:
        return text.split(separator)
    parts: list[str] = []
    begun, is_quoted, is_escaped = 0, False, False
    for at, character in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif character == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            is_escaped = character == "\\"
        elif character == separator:
            parts.append(text[begun:at])
            begun = at + 1
    return [*parts, text[begun:]]


def unquoted(text: str) -> str:
    """Return what a value says, in quotes or not."""
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return _ESCAPED.sub(r"\1", text[1:-1]) if is_quoted else text


def _joined(raw: Sequence[tuple[bytes, bytes]]) -> RequestHeaders:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
