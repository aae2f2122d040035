"""What of a request's params its answer goes by.

It does not know whether the params are in order: ``params/check.py`` does.
"""

import msgspec
from msgspec import Raw, Struct


class Turn(Struct, gc=False):
    """One message of a conversation; its content is JSON that nobody has looked into yet."""

    role: str
    content: Raw


class Asked(Struct, gc=False):
    """What of a request's params the emulator goes by."""

    model: str
    messages: list[Turn]
    max_tokens: int


asked_of = msgspec.json.Decoder(Asked).decode
