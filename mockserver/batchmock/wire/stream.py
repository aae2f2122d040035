"""A message as the events of a stream: what ``stream: true`` makes of an answer.

It works on the JSON form of a message and knows of a block only which of its parts are streamed; a type it has not
heard of starts whole. It does not know where the message comes from, and takes no time.
Source: recordings, 2026-08, and https://platform.claude.com/docs/en/build-with-claude/streaming, read 2026-11.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec

from batchmock.draws import Draws
from batchmock.wire.message import Answer

Json = dict[str, Any]

# A delta is at most so many characters; in recordings most have 5 to 30.
PIECE_CHARS_MAX = 32
# What a message has cost when nothing but its start has been written; recordings show 1 for text.
TOKENS_AT_START = 1

PING = b'event: ping\ndata: {"type": "ping"}\n\n'
# Known at the end only: the rest of `usage` stands in the first event.
_USAGE_AT_END = ("output_tokens_details", "server_tool_use")
_USAGE_REPEATED = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
_STOP = ("stop_reason", "stop_sequence", "stop_details")
_TAKES_INPUT = ("tool_use", "server_tool_use", "mcp_tool_use")


def events(message: Answer, seed: int) -> Iterator[bytes]:
    """Yield each event as it stands in the body, ``event: …`` and ``data: …`` and an empty line.

    Where text is cut depends on the seed and the message's id: never inside a character.
    """
    whole: Json = msgspec.json.decode(msgspec.json.encode(message))
    draws = Draws(seed, "stream")
    yield _event("message_start", message=_begun(whole))
    for index, block in enumerate(whole["content"]):
        yield _event("content_block_start", index=index, content_block=_emptied(block))
        if index == 0:
            yield PING
        for delta in _deltas(block, draws, f"{whole['id']}\0{index}"):
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    yield _event("message_delta", delta=_picked(whole, _STOP), usage=_final(whole["usage"]))
    yield _event("message_stop")


def _event(kind: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode("ascii"), msgspec.json.encode({"type": kind} | fields))


def _begun(whole: Json) -> Json:
    usage = {name: value for name, value in whole["usage"].items() if name not in _USAGE_AT_END}
    usage["output_tokens"] = min(TOKENS_AT_START, usage["output_tokens"])
    begun: Json = {"content": [], **dict.fromkeys(_STOP), "usage": usage}
    return whole | begun


def _final(usage: Json) -> Json:
    return _picked(usage, _USAGE_REPEATED + _USAGE_AT_END)


def _picked(fields: Json, names: tuple[str, ...]) -> Json:
    return {name: fields[name] for name in names if name in fields}


def _emptied(block: Json) -> Json:
    """Return a block as it starts, with nothing yet in the parts that are streamed."""
    match block["type"]:
        case "text":
            uncited: Json = {"citations": []} if block.get("citations") else {}
            return block | {"text": ""} | uncited
        case "thinking":
            return block | {"thinking": "", "signature": ""}
        case kind if kind in _TAKES_INPUT:
            return block | {"input": {}}
        case _:
            return block


def _deltas(block: Json, draws: Draws, name: str) -> Iterator[Json]:
    match block["type"]:
        case "text":
            for citation in block.get("citations") or ():
                yield {"type": "citations_delta", "citation": citation}
            for piece in _pieces(block["text"], draws, name):
                yield {"type": "text_delta", "text": piece}
        case "thinking":
            for piece in _pieces(block["thinking"], draws, name):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case kind if kind in _TAKES_INPUT:
            for piece in ("", *_pieces(_written(block["input"]), draws, name)):
                yield {"type": "input_json_delta", "partial_json": piece}
        case _:
            return


def _written(value: Json) -> str:
    # Of a tool's input that is empty recordings show no text at all.
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode() if value else ""


def _pieces(text: str, draws: Draws, name: str) -> Iterator[str]:
    start = 0
    for turn in count():
        for draw in draws.integers([f"{name}\0{turn}"], each=8):
            if start >= len(text):
                return
            end = start + 1 + draw % PIECE_CHARS_MAX
            yield text[start:end]
            start = end
