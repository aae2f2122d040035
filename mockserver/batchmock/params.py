"""What is wrong with a request's params, found when it is processed: an errored row, never a failed batch.

It knows the three defects of ``docs/fidelity.md``'s first cut (messages missing, unknown model, max_tokens over
the model's ceiling) and the shape those need; not the rest of the Messages API.
"""

from collections.abc import Callable
from functools import partial

import msgspec
from msgspec import Raw, Struct

from batchmock.models import MODELS, Model, tokens_max
from batchmock.wire.refusal import describe
from batchmock.wire.result import RowError

# Failures found before a request runs say who may see them, and no worker's request id (observed 2026-09).
BEFORE_EXECUTION = {"error_visibility": "user_facing"}


Check = Callable[[Raw], RowError | None]


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


def checker(betas: frozenset[str]) -> Check:
    """Return what finds the error of the row that params come to, or None when they are in order."""
    return partial(_check, betas)


def _check(betas: frozenset[str], params: Raw) -> RowError | None:
    try:
        asked = asked_of(params)
    except msgspec.ValidationError as error:
        return _invalid(describe(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _invalid(f"params: {error}")
    model = MODELS.get(asked.model)
    if model is None:
        return RowError(details=BEFORE_EXECUTION, type="not_found_error", message=f"model: {asked.model}")
    if asked.max_tokens > tokens_max(model, betas):
        return _invalid(_over_ceiling(asked.max_tokens, model, tokens_max(model, betas)))
    return None


def _over_ceiling(asked: int, model: Model, ceiling: int) -> str:
    return f"max_tokens: {asked} > {ceiling}, which is the maximum allowed number of output tokens for {model.id}"


def _invalid(message: str) -> RowError:
    return RowError(details=BEFORE_EXECUTION, type="invalid_request_error", message=message)
