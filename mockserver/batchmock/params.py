"""What is wrong with a request's params, found when it is processed: an errored row, never a failed batch.

It knows the three defects of ``docs/fidelity.md``'s first cut (messages missing, unknown model, max_tokens over
the model's ceiling) and the shape those need; not the rest of the Messages API.
"""

import msgspec
from msgspec import Raw

from batchmock.asked import MISSHAPEN, asked_of
from batchmock.models import MODELS, Model, tokens_max
from batchmock.wire.refusal import describe
from batchmock.wire.result import BEFORE_EXECUTION, RowError


def check(params: Raw, betas: frozenset[str]) -> RowError | None:
    """Return the error of the row that these params come to, or None when they are in order."""
    try:
        asked = asked_of(params)
    except msgspec.ValidationError as error:
        return _invalid(describe(error))
    except MISSHAPEN as error:
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
