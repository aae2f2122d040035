"""The plainest requests: known by how they decode, and echoed in one pass.

Most requests of a large batch are such, so this is where its results are fast. It does not know any other request:
those go the long way round, and where both ways lead somewhere they lead to the same answer.
"""

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import ABSENT, MISSHAPEN


class PlainTurn(Struct, gc=False):
    """One message of a conversation, all text."""

    role: str
    content: str


class Plain(Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Params with text alone, and nothing that changes what an echo is like: other fields cannot be decoded."""

    model: str
    max_tokens: int
    messages: list[PlainTurn]
    system: str = ""
    inference_geo: Raw = ABSENT
    metadata: Raw = ABSENT
    service_tier: Raw = ABSENT
    stream: Raw = ABSENT
    temperature: Raw = ABSENT
    top_k: Raw = ABSENT
    top_p: Raw = ABSENT

    @property
    def size(self) -> int:
        """How many bytes the model reads."""
        # Not by sum and encode: this is looked at once for each line of a results file.
        size = _bytes_of(self.system) if self.system else 0
        for turn in self.messages:
            size += _bytes_of(turn.content)
        return size

    def last_user_text(self) -> str:
        """Return the text of the last user turn; empty when it has none."""
        for turn in reversed(self.messages):
            if turn.role == "user":
                return turn.content
        return ""


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


_decode = msgspec.json.Decoder(Plain).decode


def plain_of(params: Raw) -> Plain | None:
    """Return params as plain ones, or None where they are not."""
    try:
        return _decode(params)
    except MISSHAPEN:
        return None
