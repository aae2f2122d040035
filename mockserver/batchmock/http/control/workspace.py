"""A workspace as a whole, over HTTP: reset, written down, put back.

It does not know what is in it.
"""

from collections.abc import AsyncGenerator, Iterator

from msgspec import Struct

from batchmock.errors import UsageError, invalid_request
from batchmock.http.body import read_body
from batchmock.http.call import Call
from batchmock.http.responses import JSON, JsonResponse, StreamedResponse
from batchmock.http.runtime import Pause
from batchmock.snapshot import read_snapshot, write_snapshot

# Four of the largest create bodies.
RESTORE_BODY_BYTES_MAX = 1_024_000_000


class ResetDone(Struct, frozen=True):
    """Which workspace was reset."""

    reset: str


class RestoreDone(Struct, frozen=True):
    """Which workspace was restored, and how many batches it has."""

    restored: str
    batches: int


async def reset(call: Call) -> JsonResponse:
    """Make the workspace as it was before its first call: no batches, no history, the clock where clocks start."""
    call.emulator.reset(call.workspace)
    return JsonResponse(ResetDone(call.workspace.id))


async def snapshot(call: Call) -> StreamedResponse:
    """Write down the workspace: batches, clock and scenario, but no history."""
    try:
        pieces = write_snapshot(call.workspace.state(call.now))
    except UsageError as error:
        raise invalid_request(str(error)) from None
    return StreamedResponse(_paced(pieces, call.runtime.pause), [JSON], call.runtime.watch)


async def restore(call: Call) -> JsonResponse:
    """Put a workspace back as a snapshot says, whosever it was; or, if something is wrong with it, not at all."""
    body = await read_body(call.headers, call.receive, bytes_max=RESTORE_BODY_BYTES_MAX)
    try:
        state = read_snapshot(body, call.workspace)
    except UsageError as error:
        raise invalid_request(str(error)) from None
    for _ in call.emulator.restore(call.workspace.id, state):
        await call.runtime.pause()
    return JsonResponse(RestoreDone(call.workspace.id, len(state.batches)))


async def _paced(pieces: Iterator[bytes], pause: Pause) -> AsyncGenerator[bytes]:
    for piece in pieces:
        yield piece
        await pause()
