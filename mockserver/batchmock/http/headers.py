"""A request's headers, read once.

It does not know what they mean. A header that is repeated counts as one whose values are joined by commas
(RFC 9110 §5.3).
"""

from collections.abc import Mapping, Sequence

# Names in lower case, as ASGI gives them.
RequestHeaders = Mapping[str, str]


def request_headers(raw: Sequence[tuple[bytes, bytes]]) -> RequestHeaders:
    """Return the headers of a request by name."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else _joined(raw)


def _joined(raw: Sequence[tuple[bytes, bytes]]) -> RequestHeaders:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
