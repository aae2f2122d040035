"""The Messages API over HTTP: one message, plain or as a stream, and a count of tokens.

It does not know what an answer says. Source of each path, status and header: docs/fidelity.md, messages.
"""

from collections.abc import AsyncGenerator, Iterator

from msgspec import Raw

from batchmock.http.admission import create_options
from batchmock.http.body import body_bytes_max, receive_body
from batchmock.http.call import Call
from batchmock.http.rate_headers import rate_headers
from batchmock.http.responses import JsonResponse, RawHeader, StreamedResponse
from batchmock.http.runtime import Pause
from batchmock.limits import MESSAGE_BODY_BYTES_MAX, MESSAGE_RATE_LIMITS
from batchmock.messages import answer, count, is_streamed, params_of
from batchmock.params.terms import Surface, Terms
from batchmock.rates import Reading
from batchmock.times import SECOND
from batchmock.wire.stream import events

_STREAM = [(b"cache-control", b"no-cache"), (b"content-type", b"text/event-stream; charset=utf-8")]


async def create(call: Call) -> JsonResponse | StreamedResponse:
    """``POST /v1/messages``: the message, or its events."""
    params = await _params(call)
    streamed = is_streamed(params)
    message_id = call.emulator.message_id(call.exchange.request_id)
    message = answer(params, _terms(call, "messages"), call.workspace.scenario, message_id)
    if not streamed:
        return JsonResponse(message, headers=_rates(call.now))
    pieces = _sent(events(message, call.workspace.scenario.seed), call.runtime.pause)
    return StreamedResponse(pieces, [*_STREAM, *_rates(call.now)], call.runtime.watch)


async def count_tokens(call: Call) -> JsonResponse:
    """``POST /v1/messages/count_tokens``: how many tokens the input has."""
    return JsonResponse({"input_tokens": count(await _params(call), _terms(call, "count_tokens"))})


def _terms(call: Call, surface: Surface) -> Terms:
    options = create_options(call.headers, call.workspace.switches)
    return Terms(
        surface=surface,
        api_version=options.api_version,
        betas=options.betas,
        user_profile_id=options.user_profile_id,
        models=call.workspace.models,
    )


async def _params(call: Call) -> Raw:
    bytes_max = body_bytes_max(call.emulator.settings, call.workspace.switches, MESSAGE_BODY_BYTES_MAX)
    return params_of(await receive_body(call, bytes_max=bytes_max))


async def _sent(made: Iterator[bytes], pause: Pause) -> AsyncGenerator[bytes]:
    for event in made:
        yield event
        await pause()


def _rates(now: int) -> list[RawHeader]:
    """Return the headers that tell of an account's limits: as if nothing else had been asked of it."""
    this_second = now // SECOND * SECOND
    headers: list[RawHeader] = []
    for kind, limit in MESSAGE_RATE_LIMITS.items():
        left = limit - 1 if kind == "requests" else limit
        headers += rate_headers(kind, Reading(limit, left, reset=this_second))
    return headers
