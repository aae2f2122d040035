"""One line of the results file, in its four types.

Field order is the wire's, as recordings of 2026 show it. It does not know which type a request gets.
"""

from typing import Literal

from msgspec import Raw, Struct

from batchmock.errors import ErrorType
from batchmock.wire.message import Answer

# Failures found before a request runs say who may see them, and no worker's request id (observed 2026-09).
BEFORE_EXECUTION = {"error_visibility": "user_facing"}


class RowError(Struct, frozen=True, kw_only=True, gc=False):
    """What was wrong with one request; ``details`` comes first on the wire, and may be null."""

    details: dict[str, str] | None
    type: ErrorType
    message: str


class RowErrorEnvelope(Struct, frozen=True, kw_only=True, gc=False):
    """The envelope around it, as a whole error response would have it: the error is one level deeper."""

    type: Literal["error"] = "error"
    error: RowError
    request_id: str | None = None


class Succeeded(Struct, frozen=True, tag="succeeded", gc=False):
    """The request was answered."""

    message: Answer


class Errored(Struct, frozen=True, tag="errored", gc=False):
    """The request was refused or failed; nothing is billed. The envelope may be one that somebody else wrote."""

    error: RowErrorEnvelope | Raw


class Canceled(Struct, frozen=True, tag="canceled"):
    """The batch was canceled before the request reached the model."""


class Expired(Struct, frozen=True, tag="expired"):
    """The window closed before the request reached the model."""


Failure = Errored | Canceled | Expired
Result = Succeeded | Failure

CANCELED = Canceled()
EXPIRED = Expired()


class ResultLine(Struct, frozen=True, gc=False):
    """One line: whose result, and the result."""

    custom_id: str
    result: Result


def errored(error: RowError) -> Errored:
    """Return the result of a request that failed for a reason of our own."""
    return Errored(RowErrorEnvelope(error=error))
