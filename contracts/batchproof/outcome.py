"""What a client says became of a request, read into one form whatever it returned.

It does not know what really became of it.
"""

from typing import Literal

from msgspec import Struct

from batchmock.errors import ErrorType
from batchproof.documents import Json, as_list, as_object, as_text

Kind = Literal["succeeded", "errored", "canceled", "expired", "missing", "unknown"]
KINDS: tuple[Kind, ...] = ("succeeded", "errored", "canceled", "expired", "missing", "unknown")

# Errors of rows that may well be gone another time, and those that come back however often one tries.
# Source: https://platform.claude.com/docs/en/api/errors, read 2026-11.
PASSING: tuple[ErrorType, ...] = ("api_error", "overloaded_error", "rate_limit_error", "timeout_error")
FINAL: tuple[ErrorType, ...] = (
    "invalid_request_error",
    "not_found_error",
    "permission_error",
    "authentication_error",
    "billing_error",
)


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One outcome as a client told it; None is what it did not tell.

    - ``text``: the answer's text.
    - ``message``: the whole message, as the API writes one.
    - ``error_type``, ``error_message``: of the error itself, not of the envelope around it.
    - ``raw``: what a client kept of a result whose type it does not know.
    """

    kind: Kind
    text: str | None = None
    message: Json | None = None
    error_type: str | None = None
    error_message: str | None = None
    raw: str | None = None


def text_of(message: Json) -> str:
    """Return all text blocks of a message, joined; what is no text block does not count."""
    blocks = map(as_object, as_list(message.get("content")))
    return "".join(as_text(block.get("text")) or "" for block in blocks if block.get("type") == "text")
