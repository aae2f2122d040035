"""The thinking that comes before an answer, where a request turned it on.

It does not know what the answer says. Source: https://platform.claude.com/docs/en/build-with-claude/thinking, read
2026-11, and the Python SDK 2.14 (``types/thinking_config_adaptive_param.py``).
"""

from base64 import b64encode
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import ABSENT, MISSHAPEN
from batchmock.draws import Stream
from batchmock.wire.message import ThinkingBlock

# Where a request does not choose: these show what they think, all newer ones leave it out and send the signature
# alone (observed 2026-07: Fable 5, Sonnet 5 and Opus from 4.7 on leave it out, Haiku 4.5 and Opus 4.6 do not).
SUMMARIZING_MODELS = frozenset(
    {
        "claude-haiku-4-5-20251001",
        "claude-opus-4-5-20251101",
        "claude-opus-4-6",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-6",
    }
)

_SIGNATURE_WORDS = 24


class _Config(Struct, gc=False):
    type: Literal["enabled", "adaptive", "disabled"]
    display: Literal["summarized", "omitted"] | None = None


_config = msgspec.json.Decoder(_Config).decode


def is_on(thinking: Raw) -> bool:
    """Tell whether a request turned thinking on."""
    config = _read(thinking)
    return config is not None and config.type != "disabled"


def thinking_block(thought: str, thinking: Raw, model: str, stream: Stream) -> ThinkingBlock:
    """Return what was thought as a request wants to see it, with a signature."""
    config = _read(thinking)
    display = None if config is None else config.display
    shown = display == "summarized" or (display is None and model in SUMMARIZING_MODELS)
    drawn = b"".join(stream.integer().to_bytes(8, "little") for _ in range(_SIGNATURE_WORDS))
    return ThinkingBlock(thought if shown else "", "Eu" + b64encode(drawn).decode("ascii"))


def _read(thinking: Raw) -> _Config | None:
    try:
        return None if thinking is ABSENT else _config(thinking)
    except MISSHAPEN:
        return None
