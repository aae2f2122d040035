"""What a call of the Messages API comes to at once: a message, a count of tokens, or a refusal.

The same params as in a batch, told apart where the two differ. It does not know HTTP, or who calls.
Source: docs/fidelity.md, messages and count tokens.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from batchmock.errors import ApiError
from batchmock.models import LONG_OUTPUT_BETA, Model
from batchmock.params import check_count, checker
from batchmock.replies import count_tokens, reply
from batchmock.wire.refusal import describe
from batchmock.wire.request import not_json
from batchmock.wire.result import Message, RowError

# On every 400 and 401 of these calls in recordings of 2026-08.
_NO_RETRY = {"x-should-retry": "false"}


class _Manner(Struct, gc=False):
    stream: bool = False


_json = msgspec.json.Decoder(Raw)
_manner = msgspec.json.Decoder(_Manner)


def params_of(body: bytes | bytearray) -> Raw:
    """Return the body of a call, which is JSON and no more is known of it.

    Raises:
        ApiError: 400, not JSON.
    """
    try:
        return _json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from None


def answer(params: Raw, betas: frozenset[str], models: Mapping[str, Model], message_id: str) -> Message:
    """Return the message that params are answered with.

    Raises:
        ApiError: 400 or 404, naming the first thing that is wrong with them.
    """
    # The beta for longer outputs is for batches alone.
    _refuse(checker(betas - {LONG_OUTPUT_BETA}, models)(params))
    return reply(params, message_id, models, service_tier="standard")


def is_streamed(params: Raw) -> bool:
    """Tell whether the answer is asked for as a stream.

    Raises:
        ApiError: 400, ``stream`` is neither true nor false.
    """
    try:
        return _manner.decode(params).stream
    except msgspec.ValidationError as error:
        raise _invalid(describe(error)) from None


def count(params: Raw, models: Mapping[str, Model]) -> int:
    """Return how many tokens the input of params counts for.

    Raises:
        ApiError: 400 or 404, naming the first thing that is wrong with them.
    """
    _refuse(check_count(params, models))
    return count_tokens(params)


def _refuse(error: RowError | None) -> None:
    if error is not None:
        raise ApiError(error.type, error.message, headers=_NO_RETRY)


def _invalid(message: str) -> ApiError:
    return ApiError("invalid_request_error", message, headers=_NO_RETRY)
