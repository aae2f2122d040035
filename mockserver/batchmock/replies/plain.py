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

    def heard(self) -> tuple[int, str]:
        """Return how many bytes the model reads, and the text of the last user turn, empty when there is none."""
        # In one go, as this is asked once for each line of a results file.
        size, last = _bytes_of(self.system) if self.system else 0, ""
        for turn in self.messages:
            content = turn.content
            size += len(content) if content.isascii() else len(content.encode())
            if turn.role == "user":
                last = content
        return size, last


class PlainLines:
    """Prints lines of one batch."""

    def __init__(self, models: Mapping[str, Model], tier: ServiceTier) -> None:
        self._models = {name: _encode(model.id) for name, model in models.items()}
        self._form = _form(tier)

    def line(self, request: BatchRequest, message_id: bytes) -> bytes | None:
        """Return the line of a request that succeeds, or None where that takes the long way."""
        params = request.params
        try:
            plain = _decode(params)
        except MISSHAPEN:
            return None
        size, asked = plain.heard()
        text = echo(params, asked)
        written = tokens(_bytes_of(text))
        model = self._models.get(plain.model)
        if written > plain.max_tokens or model is None:
            return None
        return self._form % (
            request.custom_id.encode(),
            model,
            message_id,
            _encode(text),
            tokens(size),
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
