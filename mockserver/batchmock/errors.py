"""Every error the emulator answers with, and its own usage errors.

    BatchmockError
    ├── ApiError      an answer the API would give: status, type, message; rendered once, in ``http/exchange.py``
    ├── UsageError    a mistake in how the emulator itself is used: what is wrong, and what to do
    └── CoupledTimeError    code on coupled time can never go on, or goes on for ever
    CoupledTimeWarning      coupled time had to guess

It does not know HTTP frameworks. Types and statuses are those of
https://platform.claude.com/docs/en/api/errors.
"""

from collections.abc import Mapping
from typing import Literal

ErrorType = Literal[
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "conflict_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "timeout_error",
    "overloaded_error",
]

STATUS_OF_TYPE: Mapping[ErrorType, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}

NO_HEADERS: Mapping[str, str] = {}
# Of an answer to a request of which nobody knows where it ends.
CLOSING: Mapping[str, str] = {"connection": "close"}


class BatchmockError(Exception):
    """Never raised directly."""


class ApiError(BatchmockError):
    """An error the API answers with; ``status`` follows from ``type`` unless given."""

    def __init__(
        self,
        error_type: ErrorType,
        message: str,
        *,
        status: int | None = None,
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
        from_edge: bool = False,
    ) -> None:
        super().__init__(message)
        self.error_type: ErrorType = error_type
        self.message = message
        self.status = STATUS_OF_TYPE[error_type] if status is None else status
        self.details = details
        self.headers = headers
        # The proxy in front of the API answers some errors itself, in a shorter envelope.
        self.from_edge = from_edge


class UsageError(BatchmockError, ValueError):
    """The emulator was asked for something that makes no sense; the message says what to do instead."""


class CoupledTimeError(BatchmockError):
    """Code on coupled time can never go on, or goes on for ever; the message says who waits for what."""


class CoupledTimeWarning(UserWarning):
    """Coupled time moved while something went on that it could not see, so that a run may differ from the next."""


def invalid_request(message: str, *, error_code: str | None = None) -> ApiError:
    """Return the 400 for a request that is wrong in itself."""
    details = None if error_code is None else {"error_code": error_code}
    return ApiError("invalid_request_error", message, details=details)


def malformed_request(reason: str) -> ApiError:
    """Return the 400 for what is no HTTP, after which its connection ends."""
    return ApiError("invalid_request_error", f"The request is not valid HTTP: {reason}", headers=CLOSING)


def stalled_request(patience_s: float) -> ApiError:
    """Return the 400 for an upload of which nothing came for too long, after which its connection ends."""
    message = f"The request body stalled for {patience_s:g} seconds."
    details = {"error_code": "request_body_timeout"}
    return ApiError("invalid_request_error", message, details=details, headers=CLOSING)


def batch_not_found(batch_id: str) -> ApiError:
    """Return the 404 for an id that this workspace does not have. Source: docs/fidelity.md, retrieve."""
    return ApiError("not_found_error", f"Message Batch {batch_id} not found.")
