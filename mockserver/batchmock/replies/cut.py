"""Where an answer ends that would have gone on: at a stop sequence, or at ``max_tokens``.

It does not know where the answer comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Raw

from batchmock.replies.usage import BYTES_PER_TOKEN, tokens
from batchmock.wire.message import (
    ContentBlock,
    RefusalDetails,
    ServerToolUseBlock,
    StopReason,
    TextBlock,
    ToolUseBlock,
)

_NO_INPUT = Raw(b"{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer as it would be if nothing cut it short."""

    content: Sequence[ContentBlock]
    thinking: str | None = None
    stop_reason: StopReason = "end_turn"
    stop_sequence: str | None = None
    stop_details: RefusalDetails | None = None
    searches: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What remains of a draft, why it ends, and the tokens it took: ``written`` counts those of thinking too."""

    content: list[ContentBlock]
    thinking: str | None
    stop_reason: StopReason
    stop_sequence: str | None = None
    written: int
    thought: int


def fit(draft: Draft, stop_sequences: Sequence[str], max_tokens: int) -> Fitted:
    """Return as much of a draft as may be said."""
    thinking = draft.thinking
    if thinking is not None:
        thinking = _shortened(thinking, max_tokens)
    thought = 0 if thinking is None else _cost(thinking)
    if thinking != draft.thinking:
        return Fitted(content=[], thinking=thinking, stop_reason="max_tokens", written=thought, thought=thought)
    return _fit_content(draft, thought, stop_sequences, max_tokens)


def _fit_content(draft: Draft, thought: int, stop_sequences: Sequence[str], max_tokens: int) -> Fitted:
    content: list[ContentBlock] = []
    left = max_tokens - thought
    reason, sequence = draft.stop_reason, draft.stop_sequence
    for block in draft.content:
        before, found = _stopped(block, stop_sequences)
        said = _within(before, left)
        if said is not None:
            content.append(said)
            left -= cost(said)
        if said is not before:
            reason, sequence = "max_tokens", None
            break
        if found is not None:
            reason, sequence = "stop_sequence", found
            break
    return Fitted(
        content=[block for block in content if not isinstance(block, TextBlock) or block.text],
        thinking=draft.thinking,
        stop_reason=reason,
        stop_sequence=sequence,
        written=max_tokens - left,
        thought=thought,
    )


def cost(block: ContentBlock) -> int:
    """Return how many tokens a block took to write; what a server tool found was not written by the model."""
    match block:
        case TextBlock():
            return _cost(block.text)
        case ToolUseBlock():
            return tokens(len(block.name.encode()) + memoryview(block.input).nbytes)
        case ServerToolUseBlock():
            return tokens(len(block.name.encode()) + sum(len(value.encode()) for value in block.input.values()))
        case _:
            return 0


def _stopped(block: ContentBlock, stop_sequences: Sequence[str]) -> tuple[ContentBlock, str | None]:
    """Cut a text before the first of the sequences in it; of two that start together, the one named first."""
    if not isinstance(block, TextBlock):
        return block, None
    places = [(block.text.find(sequence), sequence) for sequence in stop_sequences if sequence]
    found = [place for place in places if place[0] >= 0]
    if not found:
        return block, None
    at, sequence = min(found, key=_place)
    return TextBlock(block.text[:at]), sequence


def _place(found: tuple[int, str]) -> int:
    return found[0]


def _within(block: ContentBlock, left: int) -> ContentBlock | None:
    """Return the very block if there are tokens left for it; a shorter one, or none, if there are not."""
    if cost(block) <= left:
        return block
    match block:
        case TextBlock():
            return TextBlock(_shortened(block.text, left))
        case ToolUseBlock():
            # Half an object is no object: the call is there, and what it says is lost.
            empty = ToolUseBlock(block.id, block.name, _NO_INPUT)
            return empty if cost(empty) <= left else None
        case _:
            return None


def _shortened(text: str, tokens_max: int) -> str:
    encoded = text.encode()
    if len(encoded) <= tokens_max * BYTES_PER_TOKEN:
        return text
    # What is left of a character that falls on the border goes with it.
    return encoded[: tokens_max * BYTES_PER_TOKEN].decode(errors="ignore")


def _cost(text: str) -> int:
    return tokens(len(text.encode()))
