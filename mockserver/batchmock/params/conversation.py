"""The conversation: that it says something, who may speak when, and how it may end.

It does not know calls of tools; ``params/tool_calls.py`` does. Sources stand in ``params/rules.py``.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from batchmock.params.case import Block, Case
from batchmock.params.finding import Finding, at

_DIRECTIVE_ONLY: Final = "the directive-only form (content: [] with output_config) is accepted at any position"
_IN_SYSTEM_TURNS: Final = {"text", "tool_addition", "tool_removal"}
# An assistant turn with one of these is the API's own unfinished work, sent back to be gone on with.
_SERVER_SIDE: Final = ("server_tool_use", "mcp_tool_use", "_tool_result", "fallback", "compaction")


def nothing_said(case: Case) -> Finding | None:
    """Find a conversation without a message."""
    return None if case.params["messages"] else at("messages", "at least one message is required")


def system_turn(case: Case) -> Finding | None:
    """Find a system turn that is empty, in the wrong place, or holds what it may not hold."""
    turns = case.params["messages"]
    for index, turn in enumerate(turns):
        if turn["role"] != "system" or (turn["content"] == [] and turn.get("output_config")):
            continue
        after = turns[index + 1]["role"] if index + 1 < len(turns) else None
        if sentence := _system_refusal(index, turn["content"], after):
            return at(f"messages.{index}", sentence)
    return None


def empty_user_turn(case: Case) -> Finding | None:
    """Find user turns in a row none of which says anything; they count as one."""
    turns = [(turn["role"], index, turn["content"]) for index, turn in enumerate(case.params["messages"])]
    for role, run in groupby(turns, key=lambda turn: turn[0]):
        said = {index: content for _, index, content in run}
        if role == "user" and not any(said.values()):
            return at(f"messages.{min(said)}", "user messages must have non-empty content")
    return None


def empty_assistant_turn(case: Case) -> Finding | None:
    """Find an empty assistant turn that another follows."""
    for index, turn in enumerate(case.params["messages"][:-1]):
        if turn["role"] == "assistant" and not turn["content"]:
            sentence = "all messages must have non-empty content except for the optional final assistant message"
            return at(f"messages.{index}", sentence)
    return None


def blank_text(case: Case) -> Finding | None:
    """Find a text block, or a text in place of blocks, with nothing but white space in it."""
    system = case.params.get("system", ())
    if found := [] if isinstance(system, str) else _blank(_texts(system)):
        return at("system", found[0])
    for turn in case.params["messages"]:
        content = turn["content"]
        # No text at all in place of blocks is no turn, not a blank one.
        texts = [content or "none"] if isinstance(content, str) else _texts(content)
        if turn["role"] != "system" and (found := _blank(texts)):
            return at("messages", found[0])
    return None


def prefill(case: Case) -> Finding | None:
    """Find an assistant turn at the end that the model is to go on with, where it cannot."""
    if case.model.prefill or case.params.get("fallback_credit_token") or _last_said(case) is None:
        return None
    return Finding(
        f"messages.{len(case.params['messages']) - 1}",
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    )


def trailing_space(case: Case) -> Finding | None:
    """Find white space at the end of what the model is to go on with."""
    said = _last_said(case)
    if said is None or said == said.rstrip():
        return None
    return at("messages", "final assistant content cannot end with trailing whitespace")


def cited_user_text(case: Case) -> Finding | None:
    """Find citations in what the user says, or in a search result of theirs."""
    for role, blocks in case.turns:
        for path, block in blocks if role == "user" else ():
            inner = block["content"] if block["type"] == "search_result" else [block]
            if any(one["type"] == "text" and one.get("citations") for one in inner):
                return at(path, "`citations` on text are only supported in assistant messages")
    return None


def assistant_document(case: Case) -> Finding | None:
    """Find a document among what the assistant says."""
    for role, blocks in case.turns:
        for path, block in blocks:
            if role == "assistant" and block["type"] == "document":
                return at(path, "`document` blocks are not supported in assistant messages")
    return None


def _system_refusal(index: int, content: str | list[Block], after: str | None) -> str | None:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not blocks:
        return "system content must contain at least one block"
    if not {block["type"] for block in blocks} <= _IN_SYSTEM_TURNS:
        return "role 'system' supports text, tool_addition, and tool_removal blocks only"
    if index == 0:
        return f"use the top-level 'system' parameter for the initial system prompt; {_DIRECTIVE_ONLY}"
    if after == "user":
        return f"role 'system' must precede an 'assistant' message or end the array; {_DIRECTIVE_ONLY}"
    if _blank(_texts(blocks)):
        return "system text blocks must contain non-whitespace text"
    return None


def _last_said(case: Case) -> str | None:
    """Return the text with which an assistant turn ends the conversation."""
    last = case.params["messages"][-1]
    if last["role"] != "assistant" or not last["content"]:
        return None
    if isinstance(last["content"], str):
        return last["content"]
    if any(block["type"].endswith(_SERVER_SIDE) for block in last["content"]):
        return None
    return last["content"][-1].get("text")


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block["text"] for block in blocks if block["type"] == "text"]


def _blank(texts: Sequence[str]) -> list[str]:
    """Return what the API says of each text that is blank."""
    return [
        f"text content blocks must {'contain non-whitespace text' if text else 'be non-empty'}"
        for text in texts
        if not text.strip()
    ]
