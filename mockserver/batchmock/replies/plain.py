"""The lines of the plainest requests, printed in one pass.

Most requests of a large batch are such, so this is where its results are fast. It does not know any other request:
those go the long way round, and where both ways lead somewhere they lead to the same line.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import ABSENT, MISSHAPEN
from batchmock.models import Model
from batchmock.replies.echo import echo
from batchmock.replies.usage import tokens
from batchmock.wire.message import Message, ServiceTier, TextBlock, Usage
from batchmock.wire.request import BatchRequest
from batchmock.wire.result import ResultLine, Succeeded

_encode = msgspec.json.Encoder().encode


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


class PlainLines:
    """Prints lines of one batch."""

    def __init__(self, models: Mapping[str, Model], tier: ServiceTier) -> None:
        self._models = {name: _encode(model.id) for name, model in models.items()}
        self._form = _form(tier)

    def line(self, request: BatchRequest, message_id: str) -> bytes | None:
        """Return the line of a request that succeeds, or None where that takes the long way."""
        params = request.params
        try:
            plain = _decode(params)
        except MISSHAPEN:
            return None
        text = echo(params, plain.last_user_text())
        written = tokens(_bytes_of(text))
        model = self._models.get(plain.model)
        if written > plain.max_tokens or model is None:
            return None
        return self._form % (
            request.custom_id.encode(),
            model,
            message_id.encode(),
            _encode(text),
            tokens(plain.size),
            written,
        )


def _form(tier: ServiceTier) -> bytes:
    """Return a line with room for a custom_id, a model, a message's id, its text, and tokens read and written."""
    usage = Usage(input_tokens=-1, output_tokens=-2, service_tier=tier)
    message = Message(model="%b", id="%b", content=[TextBlock("%b")], stop_reason="end_turn", usage=usage)
    form = _encode(ResultLine("%b", Succeeded(message))) + b"\n"
    # What comes as JSON brings its own quotation marks.
    for sample, room in (
        (b":-1,", b":%d,"),
        (b":-2,", b":%d,"),
        (b'"text":"%b"', b'"text":%b'),
        (b'"model":"%b"', b'"model":%b'),
    ):
        form = form.replace(sample, room)
    return form


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


_decode = msgspec.json.Decoder(Plain).decode
