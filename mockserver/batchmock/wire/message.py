"""An answer, as ``POST /v1/messages`` gives it and a succeeded line of a results file holds it.

Field order is the wire's, as recordings of 2026 show it; types are those of the Python SDK 2.14
(``anthropic/types/message.py``, ``usage.py``, ``content_block.py``). What has no value is ``null`` where
recordings show null, and left out (``UNSET``) where they leave it out. It does not know what an answer says.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

StopReason = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
]
ServiceTier = Literal["standard", "batch"]
RefusalCategory = Literal["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"]


class DirectCaller(Struct, frozen=True, tag="direct", gc=False):
    """Who used a tool: the model itself."""


DIRECTLY = DirectCaller()


class CharLocation(Struct, frozen=True, kw_only=True, tag="char_location", gc=False):
    """Where in a plain text document a citation stands; the end is not part of it."""

    cited_text: str
    document_index: int
    document_title: str | None
    start_char_index: int
    end_char_index: int
    file_id: str | None = None


class TextBlock(Struct, frozen=True, tag="text", gc=False):
    """A block of text, with what it cites."""

    text: str
    citations: list[CharLocation] | UnsetType = UNSET


class ThinkingBlock(Struct, frozen=True, tag="thinking", gc=False):
    """What the model thought, or nothing where it is omitted, and the signature that carries all of it."""

    thinking: str
    signature: str


class ToolUseBlock(Struct, frozen=True, tag="tool_use", gc=False):
    """A call of one of the client's tools; ``input`` is a JSON object."""

    id: str
    name: str
    input: Raw
    caller: DirectCaller = DIRECTLY


class ServerToolUseBlock(Struct, frozen=True, tag="server_tool_use", gc=False):
    """A call of a tool that the API runs by itself."""

    id: str
    name: str
    input: Mapping[str, str]
    caller: DirectCaller = DIRECTLY


class WebSearchResult(Struct, frozen=True, kw_only=True, tag="web_search_result", gc=False):
    """A page that a web search found."""

    title: str
    url: str
    encrypted_content: str
    page_age: str | None = None


class WebSearchToolResultBlock(Struct, frozen=True, kw_only=True, tag="web_search_tool_result", gc=False):
    """What a web search found."""

    tool_use_id: str
    content: list[WebSearchResult]
    caller: DirectCaller = DIRECTLY


ContentBlock = TextBlock | ThinkingBlock | ToolUseBlock | ServerToolUseBlock | WebSearchToolResultBlock


class CacheCreation(Struct, frozen=True, gc=False):
    """Tokens written to the prompt cache, by how long they stay."""

    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


NOTHING_CACHED = CacheCreation()


class ThinkingTokens(Struct, frozen=True, gc=False):
    """How many of the tokens written were thought."""

    thinking_tokens: int


class ServerToolUsage(Struct, frozen=True, gc=False):
    """How often the API used tools of its own."""

    web_search_requests: int = 0
    web_fetch_requests: int = 0


class Usage(Struct, frozen=True, kw_only=True, gc=False):
    """Tokens read and written for one request."""

    input_tokens: int
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation: CacheCreation = NOTHING_CACHED
    output_tokens: int
    output_tokens_details: ThinkingTokens | UnsetType = UNSET
    server_tool_use: ServerToolUsage | UnsetType = UNSET
    service_tier: ServiceTier
    inference_geo: str = "not_available"


class RefusalDetails(Struct, frozen=True, tag="refusal", gc=False):
    """Why the model refused."""

    category: RefusalCategory | None
    explanation: str | None


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """A complete answer; ``content`` may be blocks as somebody else wrote them."""

    model: str
    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    content: list[ContentBlock] | list[Raw]
    stop_reason: StopReason
    stop_sequence: str | None = None
    stop_details: RefusalDetails | None = None
    usage: Usage


# One of ours, or the bytes of one that somebody else wrote.
Answer = Message | Raw
