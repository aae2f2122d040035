"""A key that nobody knows in every object that a client receives: the API may add some without notice.

It works on what is about to be sent, so no handler knows of it. Source:
https://platform.claude.com/docs/en/api/versioning, read 2026-11.
"""

import json
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNKNOWN_KEY = "added_without_notice"
UNKNOWN_TEXT = "a client ignores what it does not know"
# What a tool is given follows the schema of whoever wrote the tool.
NOT_OURS = "input"

# A whole JSON object on a line of its own: a body, a result, the data of an event.
_STARTS = (b"{", b"data: {")


def adding_keys(response: ASGIApp) -> ASGIApp:
    """Return a response with the key in each object that is a whole line of a piece, as all are here."""

    async def added(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                # It says how long a body in one piece is, which is not yet known.
                start = message
                return
            body = with_unknown_keys(message.get("body", b""))
            if start is not None:
                await send({**start, "headers": [_resized(header, len(body)) for header in start["headers"]]})
                start = None
            await send({**message, "body": body})

        await response(scope, receive, sending)

    return added


def with_unknown_keys(body: bytes) -> bytes:
    """Return lines with the key in each object of each line that is one."""
    return b"\n".join(_line(line) if line.startswith(_STARTS) else line for line in body.split(b"\n"))


def _line(line: bytes) -> bytes:
    prefix, brace, rest = line.partition(b"{")
    try:
        # Not msgspec: it writes no whole number beyond 64 bits, and an answer may have one.
        value: object = json.loads(brace + rest)
    except ValueError:
        # A fault has been at it.
        return line
    return prefix + json.dumps(_added(value), ensure_ascii=False, separators=(",", ":")).encode()


def _added(value: object) -> object:
    if isinstance(value, list):
        return [_added(item) for item in cast(list[object], value)]
    if not isinstance(value, dict):
        return value
    held = cast(dict[str, object], value)
    added = {key: item if key == NOT_OURS else _added(item) for key, item in held.items()}
    # Among counts a new one would be a number.
    counts = all(type(item) is int for item in held.values())
    return added | {UNKNOWN_KEY: 0 if counts else UNKNOWN_TEXT}


def _resized(header: tuple[bytes, bytes], size: int) -> tuple[bytes, bytes]:
    return (header[0], b"%d" % size) if header[0] == b"content-length" else header
