"""What a call of the Messages API comes to at once: a message, a count of tokens, or a refusal.

The same params as in a batch, told apart where the two differ. It does not know HTTP, or who calls.
Source: docs/fidelity.md, messages and count tokens.
"""

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from batchmock.errors import ApiError
from batchmock.params.check import checker
from batchmock.params.terms import Terms
from batchmock.replies.answerer import Answerer
from batchmock.replies.usage import count_tokens
from batchmock.scenario import Scenario
from batchmock.wire.equal_keys import decode_last
from batchmock.wire.message import Answer
from batchmock.wire.refusal import NOT_A, describe
from batchmock.wire.request import BatchRequest, not_json
from batchmock.wire.result import Errored, RowError, RowErrorEnvelope

_OPEN_BRACE = ord("{")
# On every 400 and 401 of these calls in recordings of 2026-08.
_NO_RETRY = {"x-should-retry": "false"}


class _Manner(Struct, gc=False):
    stream: bool = False
    thread: object = None


_json = msgspec.json.Decoder(Raw)
_manner = msgspec.json.Decoder(_Manner)


def params_of(body: bytes | bytearray) -> Raw:
    """Return the body of a call, which is a JSON object and no more is known of it.

    Raises:
        ApiError: 400, not JSON, or no object.
    """
    try:
        params = _json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from None
    if memoryview(params)[0] != _OPEN_BRACE:
        raise _invalid(NOT_A["object"])
    return params


def answer(params: Raw, terms: Terms, scenario: Scenario, message_id: str) -> Answer:
    """Return the message that params are answered with under these terms.

    Raises:
        ApiError: 400 or 404, naming the first thing that is wrong with them.
    """
    _refuse(checker(terms)(params))
    _refuse_thread(params)
    # Canned answers are for requests of batches: here there is no custom_id to find them by.
    answerer = Answerer(
        replace(scenario.answers, canned=None, missing="echo"),
        seed=scenario.seed,
        api_version=terms.api_version,
        betas=terms.betas,
        tier="standard",
        models=terms.models,
    )
    request = BatchRequest("", params)
    match answerer.outcome(request):
        case Errored(RowErrorEnvelope(error=error)):
            _refuse(error)
        case _:
            # Only canned answers know other outcomes.
            pass
    return answerer.message(request, message_id)


def is_streamed(params: Raw) -> bool:
    """Tell whether the answer is asked for as a stream.

    Raises:
        ApiError: 400, ``stream`` is neither true nor false.
    """
    try:
        return decode_last(_manner.decode, params).stream
    except msgspec.ValidationError as error:
        raise _invalid(describe(error)) from None


def count(params: Raw, terms: Terms) -> int:
    """Return how many tokens the input of params counts for, under these terms.

    Raises:
        ApiError: 400 or 404, naming the first thing that is wrong with them.
    """
    _refuse(checker(terms)(params))
    return count_tokens(params)


def _refuse(error: RowError | None) -> None:
    if error is not None:
        raise ApiError(error.type, error.message, headers=_NO_RETRY)


def _refuse_thread(params: Raw) -> None:
    """Have whoever threads a conversation go on without: the official SDKs then send all of it again.

    Source: the SDK's ``types/thread_unsupported_request_error_details.py``, 2.14.
    """
    if decode_last(_manner.decode, params).thread is not None:
        raise ApiError(
            "invalid_request_error",
            "thread: the emulator holds no conversation; send all of it, without `thread`",
            details={"error_code": "thread_unsupported_request"},
            headers=_NO_RETRY,
        )


def _invalid(message: str) -> ApiError:
    return ApiError("invalid_request_error", message, headers=_NO_RETRY)
