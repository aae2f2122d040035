"""Answers that stop for the reason a scenario says: refusals, pauses, a context that is full, and the usual ones.

It does not know which request gets one. Source: https://platform.claude.com/docs/en/build-with-claude/
handling-stop-reasons, read 2026-11.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Raw

from batchmock.draws import Identifiers
from batchmock.replies.cut import Draft
from batchmock.wire.message import (
    ContentBlock,
    RefusalDetails,
    ServerToolUseBlock,
    StopReason,
    TextBlock,
    ToolUseBlock,
    WebSearchResult,
    WebSearchToolResultBlock,
)

# A refusal before the first word has no content at all (observed 2026-09); its wording is not contractual.
REFUSAL: Final = RefusalDetails("cyber", "This request was declined because it could enable cyber harm.")
QUERY: Final = "what the question leaves open"
# Of a request that has no tool to call.
NO_TOOL: Final = "no_tool_given"
_NO_INPUT: Final = Raw(b"{}")


def stopping(stop: StopReason, text: str, stop_sequences: Sequence[str], message_id: str, seed: int) -> Draft:
    """Return the draft of an answer that would say a text, and stops for a reason; half way, if it is cut."""
    half = TextBlock(text[: max(1, len(text) // 2)])
    match stop:
        case "end_turn":
            return Draft(content=(TextBlock(text),))
        case "refusal":
            return Draft(content=(), stop_reason=stop, stop_details=REFUSAL)
        case "max_tokens" | "model_context_window_exceeded":
            return Draft(content=(half,), stop_reason=stop)
        case "stop_sequence":
            return Draft(content=(half,), stop_reason=stop, stop_sequence=next(iter(stop_sequences), None))
        case "tool_use":
            tool_use_id = Identifiers(seed, "tool", "toolu_01").of(message_id)
            return Draft(content=(ToolUseBlock(tool_use_id, NO_TOOL, _NO_INPUT),), stop_reason=stop)
        case "pause_turn":
            search = _search(Identifiers(seed, "server tool", "srvtoolu_01").of(message_id))
            return Draft(content=(TextBlock(text), *search), stop_reason=stop, searches=1)


def _search(tool_use_id: str) -> tuple[ContentBlock, ContentBlock]:
    found = WebSearchResult(
        title="An example",
        url="https://example.com/",
        encrypted_content="RXhhbXBsZSBvZiBlbmNyeXB0ZWQgY29udGVudA==",
    )
    return (
        ServerToolUseBlock(tool_use_id, "web_search", {"query": QUERY}),
        WebSearchToolResultBlock(tool_use_id=tool_use_id, content=[found]),
    )
