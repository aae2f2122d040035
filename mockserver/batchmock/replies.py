"""The message that a succeeded request gets: a pure function of the request and the seed.

The text carries the request's last user text and a digest of all its params, so that an answer under the wrong
key can be seen. It does not know batches or time.
"""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import Turn, asked_of
from batchmock.models import MODELS, Model
from batchmock.wire.result import Message, ServiceTier, TextBlock, Usage

# A stated rule in place of a tokenizer: four bytes of UTF-8 a token.
BYTES_PER_TOKEN = 4


class _Block(Struct, gc=False):
    type: str = ""
    text: str = ""


_content = msgspec.json.Decoder(str | list[_Block])


def reply(
    params: Raw, message_id: str, models: Mapping[str, Model] = MODELS, service_tier: ServiceTier = "batch"
) -> Message:
    """Return the answer to params that ``params.check`` found nothing wrong with."""
    asked = asked_of(params)
    text = f"echo {digest(params)}: {last_user_text(asked.messages)}"
    return Message(
        model=models[asked.model].id,
        id=message_id,
        content=[TextBlock(text=text)],
        stop_reason="end_turn",
        usage=Usage(
            input_tokens=count_tokens(params),
            output_tokens=tokens(len(text.encode())),
            service_tier=service_tier,
        ),
    )


def count_tokens(params: Raw) -> int:
    """Return how many tokens the input of a request counts for."""
    return tokens(memoryview(params).nbytes)


def digest(params: Raw) -> str:
    """Return sixteen hexadecimal characters that stand for these very params."""
    return blake2b(params, digest_size=8).hexdigest()


def last_user_text(messages: list[Turn]) -> str:
    """Return the text of the last user turn, its text blocks joined by line ends; empty when it has none."""
    for turn in reversed(messages):
        if turn.role == "user":
            return _text(turn.content)
    return ""


def tokens(size_bytes: int) -> int:
    """Return how many tokens so much text counts for."""
    return -(-size_bytes // BYTES_PER_TOKEN)


def _text(content: Raw) -> str:
    try:
        decoded = _content.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if isinstance(decoded, str):
        return decoded
    return "\n".join(block.text for block in decoded if block.type == "text")
