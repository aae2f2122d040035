"""Answers that stop early because a scenario says so: refusals, pauses, a context that is full.

It does not know which request gets one. Source: https://platform.claude.com/docs/en/build-with-claude/
handling-stop-reasons, read 2026-11.
"""

from typing import Final

from batchmock.draws import Identifiers
from batchmock.replies.answers import Stop
from batchmock.replies.cut import Draft
from batchmock.wire.message import (
    ContentBlock,
    RefusalDetails,
    ServerToolUseBlock,
    TextBlock,
    WebSearchResult,
    WebSearchToolResultBlock,
)

# A refusal before the first word has no content at all (observed 2026-09); its wording is not contractual.
REFUSAL: Final = RefusalDetails("cyber", "This request was declined because it could enable cyber harm.")
QUERY: Final = "what the question leaves open"


def stopping(stop: Stop, text: str, message_id: str, seed: int) -> Draft:
    """Return the draft of an answer that stops for a reason of its own instead of saying all of a text."""
    match stop:
        case "refusal":
            return Draft(content=(), stop_reason=stop, stop_details=REFUSAL)
        case "model_context_window_exceeded" | "max_tokens":
            return Draft(content=(TextBlock(text[: max(1, len(text) // 2)]),), stop_reason=stop)
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
