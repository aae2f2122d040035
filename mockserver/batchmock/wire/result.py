"""One line of the results file, in its four types.

Field order is the wire's, as recordings of 2026 show it. It does not know which type a request gets.
"""

from typing import Literal

from msgspec import Struct

from batchmock.errors import ErrorType

ServiceTier = Literal["batch", "standard"]


class TextBlock(Struct, frozen=True, gc=False):
    """A block of text in an answer."""

    type: Literal["text"] = "text"
    text: str = ""


class CacheCreation(Struct, frozen=True, gc=False):
    """Tokens written to the prompt cache, by how long they stay."""

    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


NOTHING_CACHED = CacheCreation()


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens read and written for one request."""

    input_tokens: int
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation: CacheCreation = NOTHING_CACHED
    output_tokens: int
    service_tier: ServiceTier = "batch"
    inference_geo: str = "not_available"


class Message(Struct, frozen=True, kw_only=True):
    """A complete answer; the same object that ``POST /v1/messages`` gives."""

    model: str
    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    content: list[TextBlock]
    stop_reason: str
    stop_sequence: str | None = None
    stop_details: None = None
    usage: Usage


class RowError(Struct, frozen=True, kw_only=True):
    """What was wrong with one request; ``details`` comes first on the wire, and may be null."""

    details: dict[str, str] | None
    type: ErrorType
    message: str


class RowErrorEnvelope(Struct, frozen=True, kw_only=True):
    """The envelope around it, as a whole error response would have it: the error is one level deeper."""

    type: Literal["error"] = "error"
    error: RowError
    request_id: str | None = None


class Succeeded(Struct, frozen=True, tag="succeeded"):
    """The request was answered."""

    message: Message


class Errored(Struct, frozen=True, tag="errored"):
    """The request was refused or failed; nothing is billed."""

    error: RowErrorEnvelope


class Canceled(Struct, frozen=True, tag="canceled"):
    """The batch was canceled before the request reached the model."""


class Expired(Struct, frozen=True, tag="expired"):
    """The window closed before the request reached the model."""


Result = Succeeded | Errored | Canceled | Expired


class ResultLine(Struct, frozen=True):
    """One line: whose result, and the result."""

    custom_id: str
    result: Result
