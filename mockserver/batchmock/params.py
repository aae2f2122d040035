"""What is wrong with a request's params, found when it is processed: an errored row, never a failed batch.

It knows the three defects of ``docs/fidelity.md``'s first cut (messages missing, unknown model, max_tokens over
the model's ceiling) and the shape those need; not the rest of the Messages API.
"""

from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from msgspec import Raw, Struct

from batchmock.models import MODELS, Model, tokens_max
from batchmock.wire.refusal import describe
from batchmock.wire.result import RowError

# Failures found before a request runs say who may see them, and no worker's request id (observed 2026-09).
BEFORE_EXECUTION = {"error_visibility": "user_facing"}


Check = Callable[[Raw], RowError | None]
_MISSHAPEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Turn(Struct, gc=False):
    """One message of a conversation; its content is JSON that nobody has looked into yet."""

    role: str
    content: Raw


class Asked(Struct, gc=False):
    """What of a request's params the emulator goes by."""

    model: str
    messages: list[Turn]
    max_tokens: int


class Counted(Struct, gc=False):
    """What of a count_tokens body the emulator goes by."""

    model: str
    messages: list[Turn]


asked_of = msgspec.json.Decoder(Asked).decode
_counted_of = msgspec.json.Decoder(Counted).decode


def checker(betas: frozenset[str], models: Mapping[str, Model] = MODELS) -> Check:
    """Return what finds the error of the row that params come to, or None when they are in order."""
    return partial(_check, betas, models)


def _check(betas: frozenset[str], models: Mapping[str, Model], params: Raw) -> RowError | None:
    try:
        asked = asked_of(params)
    except _MISSHAPEN as error:
        return _misshapen(error)
    model = models.get(asked.model)
    if model is None or model.retired:
        return _unknown(asked.model)
    if asked.max_tokens > tokens_max(model, betas):
        return _invalid(_over_ceiling(asked.max_tokens, model, tokens_max(model, betas)))
    return None


def check_count(params: Raw, models: Mapping[str, Model] = MODELS) -> RowError | None:
    """Return what is wrong with the body of a count_tokens call, or None when it is in order."""
    try:
        counted = _counted_of(params)
    except _MISSHAPEN as error:
        return _misshapen(error)
    model = models.get(counted.model)
    return _unknown(counted.model) if model is None or model.retired else None


def _misshapen(error: Exception) -> RowError:
    if isinstance(error, msgspec.ValidationError):
        return _invalid(describe(error))
    return _invalid(f"params: {error}")


def _unknown(model: str) -> RowError:
    return RowError(details=BEFORE_EXECUTION, type="not_found_error", message=f"model: {model}")


def _over_ceiling(asked: int, model: Model, ceiling: int) -> str:
    return f"max_tokens: {asked} > {ceiling}, which is the maximum allowed number of output tokens for {model.id}"


def _invalid(message: str) -> RowError:
    return RowError(details=BEFORE_EXECUTION, type="invalid_request_error", message=message)
