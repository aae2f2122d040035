"""What a request gets: what keeps it from succeeding, known before any line is written, or else its answer.

Canned answers come first, then a callable's, then those of the emulator's own. It does not know batches, time or
threads: a callable that may hang is bounded by whoever lends it.
"""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Raw

from batchmock.asked import MISSHAPEN, asked_of, shape_of
from batchmock.errors import ApiError
from batchmock.models import MODELS, Model
from batchmock.replies.answers import Answers, Ask
from batchmock.replies.built_in import BuiltIn
from batchmock.replies.given import Blocks, Given, NotAnAnswerError, answer_of
from batchmock.replies.plain import PlainLines
from batchmock.replies.question import Question
from batchmock.replies.shaped import UnanswerableError, wanted
from batchmock.replies.usage import read, tokens, usage
from batchmock.wire.message import Answer, Message, ServiceTier, StopReason
from batchmock.wire.request import BatchRequest
from batchmock.wire.result import Failure, RowError, errored

NO_BETAS: frozenset[str] = frozenset()


class Answerer:
    """Answers the requests of one batch, or one call; asks a callable once at most for each of them."""

    def __init__(
        self,
        answers: Answers,
        *,
        seed: int,
        api_version: str,
        betas: frozenset[str] = NO_BETAS,
        tier: ServiceTier = "batch",
        models: Mapping[str, Model] = MODELS,
    ) -> None:
        self._answers = answers
        self._seed = seed
        self._api_version = api_version
        self._betas = betas
        self._tier: ServiceTier = tier
        self._models = models
        self._built_in = BuiltIn(answers, seed=seed, tier=tier, models=models)
        self._gives = answers.canned is not None or answers.ask is not None
        self._kept: dict[str, Given] = {}

    def outcome(self, request: BatchRequest) -> Failure | None:
        """Return what keeps a request whose params are in order from succeeding, if anything does."""
        if self._gives and (given := self._given(request)) is not None:
            return None if isinstance(given, str | Blocks | Raw) else given
        try:
            wanted(shape_of(request.params))
        except UnanswerableError as error:
            return errored(error.error)
        except MISSHAPEN:
            return None
        return None

    def message(self, request: BatchRequest, message_id: str, stop: StopReason | None = None) -> Answer:
        """Return the answer to a request that nothing keeps from succeeding; the same each time.

        ``stop`` is why an answer of the emulator's own stops, if there is a reason beyond the request.
        """
        if not self._gives or (given := self._given(request)) is None:
            return self._built_in.message(request, message_id, stop)
        match given:
            case str():
                return self._built_in.saying(given, request, message_id)
            case Blocks():
                return self._holding(given, request, message_id)
            case Raw():
                return given
            case _:
                raise AssertionError(f"{request.custom_id} does not succeed, so it has no message")

    @cached_property
    def plain_lines(self) -> PlainLines | None:
        """What prints the lines of plain requests that nothing makes stop early; None where none are plain."""
        return PlainLines(self._models, self._tier) if self._answers.are_plain else None

    def _given(self, request: BatchRequest) -> Given | None:
        """Return what somebody else has for a request; None leaves it to the emulator."""
        answers = self._answers
        if answers.canned is not None and (given := answers.canned.given.get(request.custom_id)) is not None:
            return given
        if answers.ask is not None:
            return self._asked(answers.ask, request)
        if answers.missing == "errored":
            return _failed(f"no canned answer for custom_id {request.custom_id!r}")
        return None

    def _asked(self, ask: Ask, request: BatchRequest) -> Given:
        kept = self._kept.get(request.custom_id)
        if kept is None:
            kept = self._kept[request.custom_id] = _answer(ask, self._question(request))
        return kept

    def _question(self, request: BatchRequest) -> Question:
        return Question(
            custom_id=request.custom_id,
            raw_params=bytes(request.params),
            betas=self._betas,
            api_version=self._api_version,
            seed=self._seed,
        )

    def _holding(self, blocks: Blocks, request: BatchRequest, message_id: str) -> Message:
        asked = asked_of(request.params)
        return Message(
            model=self._built_in.named(asked.model),
            id=message_id,
            content=blocks.content,
            stop_reason=blocks.stop_reason,
            usage=usage(
                read(asked),
                tokens(sum(memoryview(block).nbytes for block in blocks.content)),
                tier=self._tier,
                caching=self._answers.caching,
            ),
        )


def _answer(ask: Ask, question: Question) -> Given:
    """Call somebody else's code once; whatever it does becomes the row of this one request."""
    try:
        return answer_of(ask(question))
    except ApiError as error:
        details = None if error.details is None else dict(error.details)
        return errored(RowError(details=details, type=error.error_type, message=error.message))
    except NotAnAnswerError as error:
        return _failed(f"the answer callable gave no answer: {error}")
    except Exception as error:
        # It is not our code, and only this row may suffer from it.
        return _failed(f"the answer callable raised {type(error).__name__}: {error}")


def _failed(message: str) -> Failure:
    return errored(RowError(details=None, type="api_error", message=message))
