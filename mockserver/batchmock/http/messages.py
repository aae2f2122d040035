"""The Messages API over HTTP: one message, plain or as a stream, and a count of tokens.

It does not know what an answer says. Source of each path, status and header: docs/fidelity.md, messages.
"""

from collections.abc import AsyncIterator, Iterator

from msgspec import Raw

from batchmock.http.admission import betas_of
from batchmock.http.body import receive_body
from batchmock.http.responses import JsonResponse, RawHeader, StreamedResponse
from batchmock.http.routing import Call
from batchmock.http.runtime import Pause
from batchmock.limits import MESSAGE_BODY_BYTES_MAX, MESSAGE_RATE_LIMITS
from batchmock.messages import answer, count, is_streamed, params_of
from batchmock.times import timestamp
from batchmock.wire.stream import events

_STREAM = [(b"cache-control", b"no-cache"), (b"content-type", b"text/event-stream; charset=utf-8")]


async def create(call: Call) -> JsonResponse | StreamedResponse:
    """``POST /v1/messages``: the message, or its events."""
    params = await _params(call)
    streamed = is_streamed(params)
    message_id = call.emulator.message_id(call.exchange.request_id)
    message = answer(params, betas_of(call.headers), call.workspace.models, message_id)
    if not streamed:
        return JsonResponse(message, headers=_rates(call.now))
    pieces = _sent(events(message, call.workspace.scenario.seed), call.runtime.pause)
    return StreamedResponse(pieces, [*_STREAM, *_rates(call.now)], call.runtime.watch)


async def count_tokens(call: Call) -> JsonResponse:
    """``POST /v1/messages/count_tokens``: how many tokens the input has."""
    return JsonResponse({"input_tokens": count(await _params(call), call.workspace.models)})


async def _params(call: Call) -> Raw:
    bytes_max = min(MESSAGE_BODY_BYTES_MAX, call.emulator.settings.body_bytes_max)
    return params_of(await receive_body(call, bytes_max=bytes_max))


async def _sent(made: Iterator[bytes], pause: Pause) -> AsyncIterator[bytes]:
    for event in made:
        yield event
        await pause()


def _rates(now: int) -> list[RawHeader]:
    """Return the headers that tell of an account's limits: as if nothing else had been asked of it."""
    reset = f"{timestamp(now)[:19]}Z"
    headers: list[tuple[str, str]] = []
    for kind, limit in MESSAGE_RATE_LIMITS.items():
        prefix = f"anthropic-ratelimit-{kind}"
        left = limit - 1 if kind == "requests" else limit
        headers += [
            (f"{prefix}-limit", str(limit)),
            (f"{prefix}-remaining", str(left)),
            (f"{prefix}-reset", reset),
        ]
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
