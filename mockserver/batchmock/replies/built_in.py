"""The answers that the emulator makes by itself: pure functions of the seed and the request.

It does not know which requests get one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
from msgspec import Raw

from batchmock.asked import ABSENT, MISSHAPEN, Asked, Shape, asked_of, last_user_text
from batchmock.draws import Stream
from batchmock.models import Model
from batchmock.replies.answers import Answers
from batchmock.replies.cut import Draft, Fitted, fit
from batchmock.replies.echo import echo, embellished, mark
from batchmock.replies.prose import thought
from batchmock.replies.shaped import Wanted, any_call, shaped, wanted
from batchmock.replies.stops import stopping
from batchmock.replies.thinking import is_on, thinking_block
from batchmock.replies.usage import read, usage
from batchmock.wire.message import ContentBlock, Message, ServiceTier, StopReason, TextBlock
from batchmock.wire.request import BatchRequest

NO_SEQUENCES: Final[Sequence[str]] = ()

_strings = msgspec.json.Decoder(list[str] | None).decode


class BuiltIn:
    """Makes answers under one seed, for batches or for single calls."""

    def __init__(self, answers: Answers, *, seed: int, tier: ServiceTier, models: Mapping[str, Model]) -> None:
        self._answers = answers
        self._seed = seed
        self._tier: ServiceTier = tier
        self._names = {name: model.id for name, model in models.items()}

    def message(self, request: BatchRequest, message_id: str, stop: StopReason | None) -> Message:
        """Return the answer to a request that is in order; with a reason to stop, one that stops for it."""
        asked = asked_of(request.params)
        stream = Stream(self._seed, "answer", request.custom_id)
        draft = self._draft(request, asked, stream, message_id, stop or self._answers.stops.get(request.custom_id))
        return self._finished(draft, request.params, asked, stream, message_id)

    def saying(self, text: str, request: BatchRequest, message_id: str) -> Message:
        """Return the answer that says a text, or as much of it as the request lets it."""
        asked = asked_of(request.params)
        stream = Stream(self._seed, "answer", request.custom_id)
        return self._finished(Draft(content=(TextBlock(text),)), request.params, asked, stream, message_id)

    def named(self, model: str) -> str:
        """Return the name under which a model answers: its dated id."""
        return self._names.get(model, model)

    def _draft(
        self, request: BatchRequest, asked: Asked, stream: Stream, message_id: str, stop: StopReason | None
    ) -> Draft:
        params = request.params
        thinking = thought(stream) if is_on(asked.thinking) and stop != "refusal" else None
        text = embellished(echo(params, last_user_text(asked.messages)), self._answers, stream)
        if shape := _shape(asked, stop):
            draft = shaped(shape, mark(params), stream, message_id, self._seed)
        else:
            draft = stopping(stop or "end_turn", text, _sequences(asked.stop_sequences), message_id, self._seed)
        return replace(draft, thinking=thinking)

    def _finished(self, draft: Draft, params: Raw, asked: Asked, stream: Stream, message_id: str) -> Message:
        fitted = fit(draft, _sequences(asked.stop_sequences), asked.max_tokens)
        return Message(
            model=self.named(asked.model),
            id=message_id,
            content=self._content(fitted, asked, stream),
            stop_reason=fitted.stop_reason,
            stop_sequence=fitted.stop_sequence,
            stop_details=draft.stop_details,
            usage=usage(
                read(asked),
                fitted.written,
                tier=self._tier,
                caching=self._answers.caching,
                thought=None if draft.thinking is None else fitted.thought,
                searches=draft.searches if fitted.stop_reason == draft.stop_reason else 0,
            ),
        )

    def _content(self, fitted: Fitted, asked: Asked, stream: Stream) -> list[ContentBlock]:
        if fitted.thinking is None:
            return fitted.content
        model = self.named(asked.model)
        return [thinking_block(fitted.thinking, asked.thinking, model, stream), *fitted.content]


def _shape(asked: Asked, stop: StopReason | None) -> Wanted | None:
    if stop is None:
        return wanted(Shape(asked.tool_choice, asked.output_config, asked.output_format, asked.tools))
    return any_call(asked.tools) if stop == "tool_use" else None


def _sequences(stop_sequences: Raw) -> Sequence[str]:
    if stop_sequences is ABSENT:
        return NO_SEQUENCES
    try:
        return _strings(stop_sequences) or NO_SEQUENCES
    except MISSHAPEN:
        return NO_SEQUENCES
