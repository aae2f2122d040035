"""The six operations over HTTP: parse, ask the workspace, render.

It does not know how a batch unfolds. Source of each path, status and header: docs/fidelity.md.
"""

from collections.abc import AsyncIterator, Iterator

from starlette.datastructures import QueryParams
from starlette.responses import Response, StreamingResponse

from batchmock.errors import ApiError
from batchmock.http.admission import create_options
from batchmock.http.body import read_body
from batchmock.http.exchange import json_response
from batchmock.http.origin import origin
from batchmock.http.paging import page_query
from batchmock.http.routing import Call
from batchmock.http.runtime import Pause
from batchmock.limits import POLL_RETRY_AFTER_S
from batchmock.projection import BatchView, render
from batchmock.wire.batch import BatchPage, DeletedMessageBatch, MessageBatch
from batchmock.wire.request import parse_create

# Large enough that sending costs nothing beside making the lines, small enough that memory stays flat.
CHUNK_BYTES = 64 * 1024

_RETRY_AFTER = {"retry-after": str(POLL_RETRY_AFTER_S)}


async def create(call: Call) -> Response:
    """``POST /v1/messages/batches``: 200 and the batch."""
    options = create_options(call.headers)
    body = await read_body(call.headers, call.receive, bytes_max=call.emulator.settings.body_bytes_max)
    creating = call.workspace.create(parse_create(body), options, call.now)
    while True:
        try:
            next(creating)
        except StopIteration as done:
            return json_response(_rendered(call, done.value))
        await call.pause()


async def list_batches(call: Call) -> Response:
    """``GET /v1/messages/batches``: a page, newest first."""
    page = call.workspace.page(page_query(QueryParams(call.scope["query_string"])), call.now)
    batches = [_rendered(call, view) for view in page.batches]
    if any(view.status != "ended" for view in page.batches):
        call.workspace.clock.polled_unfinished()
    first, last = (batches[0].id, batches[-1].id) if batches else (None, None)
    return json_response(BatchPage(batches, page.has_more, first, last))


async def retrieve(call: Call) -> Response:
    """``GET /v1/messages/batches/{id}``: the batch as it is now."""
    view = call.workspace.retrieve(call.batch_id, call.now)
    if view.status == "ended":
        return json_response(_rendered(call, view))
    call.workspace.clock.polled_unfinished()
    return json_response(_rendered(call, view), headers=_RETRY_AFTER)


async def results(call: Call) -> Response:
    """``GET /v1/messages/batches/{id}/results``: one JSON object a line, in the order of the plan."""
    try:
        lines = call.workspace.results(call.batch_id, call.now)
    except ApiError:
        # Asking too early is a poll as well.
        call.workspace.clock.polled_unfinished()
        raise
    name = f"{call.batch_id}_results.jsonl"
    response = StreamingResponse(
        _chunks(lines, call.pause), headers={"content-disposition": f"attachment; filename*=utf-8''{name}"}
    )
    response.raw_headers.append((b"content-type", b"application/x-jsonl"))
    return response


async def cancel(call: Call) -> Response:
    """``POST /v1/messages/batches/{id}/cancel``: the batch, canceling; any body is ignored."""
    return json_response(_rendered(call, call.workspace.cancel(call.batch_id, call.now)))


async def delete(call: Call) -> Response:
    """``DELETE /v1/messages/batches/{id}``: the mark of a deleted batch."""
    call.workspace.delete(call.batch_id, call.now)
    return json_response(DeletedMessageBatch(call.batch_id))


def _rendered(call: Call, view: BatchView) -> MessageBatch:
    if not view.has_results:
        return render(view, "")
    base = origin(call.scope, call.headers, call.emulator.settings.public_url)
    return render(view, f"{base}/v1/messages/batches/{view.facts.submission.id}/results")


async def _chunks(lines: Iterator[bytes], pause: Pause) -> AsyncIterator[bytes]:
    chunk = bytearray()
    for line in lines:
        chunk += line
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
            # A client that reads as fast as we write would else keep every other client waiting.
            await pause()
    if chunk:
        yield bytes(chunk)
