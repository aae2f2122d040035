"""The six operations over HTTP: parse, ask the workspace, render.

It does not know how a batch unfolds. Source of each path, status and header: docs/fidelity.md.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from msgspec import Raw
from starlette.datastructures import QueryParams

from batchmock.errors import ApiError
from batchmock.http.admission import create_options, own_scenario
from batchmock.http.body import body_bytes_max, receive_body
from batchmock.http.call import Call
from batchmock.http.origin import origin
from batchmock.http.paging import page_query
from batchmock.http.responses import (
    JSON,
    JSONL,
    BytesResponse,
    JsonResponse,
    RawHeader,
    StreamedResponse,
    in_chunks,
)
from batchmock.limits import BODY_BYTES_MAX, POLL_RETRY_AFTER_S
from batchmock.unfolding.projection import BatchView
from batchmock.wire.batch import BatchPage, DeletedMessageBatch
from batchmock.wire.request import parse_create

T = TypeVar("T")

TOO_MANY = 429
_JSON = (JSON,)
_POLLED = (JSON, (b"retry-after", str(POLL_RETRY_AFTER_S).encode("ascii")))


async def create(call: Call) -> BytesResponse:
    """``POST /v1/messages/batches``: 200 and the batch."""
    switches = call.workspace.switches
    options = create_options(call.headers, switches)
    options = replace(options, scenario=own_scenario(call.headers, call.workspace.scenario))
    bytes_max = body_bytes_max(call.emulator.settings, switches, BODY_BYTES_MAX)
    packed = switches.packed_bodies == "accept"
    body = await receive_body(call, bytes_max=bytes_max, may_be_packed=packed)
    requests = await _in_slices(call, parse_create(body, may_have_extra=switches.extra_keys == "ignore"))
    call.exchange.requests = len(requests)
    try:
        view = await _in_slices(call, call.workspace.create(requests, options, call.now))
    except ApiError as error:
        if error.status == TOO_MANY:
            call.workspace.clock.polled_unfinished()
        raise
    call.exchange.batch_id = view.facts.submission.id
    call.runtime.ahead(view.plan.verdicts.work)
    return await _batch(call, view)


async def list_batches(call: Call) -> JsonResponse:
    """``GET /v1/messages/batches``: a page, newest first."""
    page = call.workspace.page(
        page_query(QueryParams(call.scope["query_string"]), call.workspace.switches), call.now
    )
    batches = [await _rendered(call, view) for view in page.batches]
    ids = [view.facts.submission.id for view in page.batches]
    if any(view.status != "ended" for view in page.batches):
        call.workspace.clock.polled_unfinished()
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return JsonResponse(BatchPage(batches, page.has_more, first, last))


async def retrieve(call: Call) -> BytesResponse:
    """``GET /v1/messages/batches/{id}``: the batch as it is now."""
    with _a_poll_if_early(call):
        view = call.workspace.retrieve(call.batch_id, call.now)
    if view.status == "ended":
        return await _batch(call, view)
    call.workspace.clock.polled_unfinished()
    return await _batch(call, view, _POLLED)


async def results(call: Call) -> StreamedResponse:
    """``GET /v1/messages/batches/{id}/results``: one JSON object a line, in the order of the plan."""
    with _a_poll_if_early(call):
        lines = call.workspace.results(call.batch_id, call.now)
    view = call.workspace.retrieve(call.batch_id, call.now)
    await _unfold(call, view)
    return StreamedResponse(in_chunks(lines, call.runtime.pause), _results_headers(view), call.runtime.watch)


async def cancel(call: Call) -> BytesResponse:
    """``POST /v1/messages/batches/{id}/cancel``: the batch, canceling; any body is ignored."""
    return await _batch(call, call.workspace.cancel(call.batch_id, call.now))


async def delete(call: Call) -> JsonResponse:
    """``DELETE /v1/messages/batches/{id}``: the mark of a deleted batch."""
    call.workspace.delete(call.batch_id, call.now)
    return JsonResponse(DeletedMessageBatch(call.batch_id))


@contextmanager
def _a_poll_if_early(call: Call) -> Generator[None]:
    """Let a refusal move the clock if there is such a batch: whoever asked too early asks again."""
    try:
        yield
    except ApiError:
        if call.workspace.has(call.batch_id):
            call.workspace.clock.polled_unfinished()
        raise


async def _batch(call: Call, view: BatchView, headers: tuple[RawHeader, ...] = _JSON) -> BytesResponse:
    return BytesResponse(bytes(await _rendered(call, view)), headers=headers)


async def _rendered(call: Call, view: BatchView) -> Raw:
    await _unfold(call, view)
    url = ""
    if view.has_results_url:
        base = origin(call.scope, call.headers, call.emulator.settings.public_url)
        url = f"{base}/v1/messages/batches/{view.facts.submission.id}/results"
    return call.workspace.renderings.of(view, url)


def _results_headers(view: BatchView) -> list[RawHeader]:
    submission = view.facts.submission
    name = f"{submission.id}_results.jsonl"
    if submission.scenario.switches.results_headers == "early":
        return [(b"content-disposition", f'attachment; filename="{name}"'.encode())]
    disposition = f"attachment; filename*=utf-8''{name}".encode()
    return [(b"content-disposition", disposition), JSONL]


async def _in_slices(call: Call, work: Generator[None, None, T]) -> T:
    """Let others run wherever work yields; return what it comes to."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value
        await call.runtime.pause()


async def _unfold(call: Call, view: BatchView) -> None:
    if view.needs_verdicts:
        await call.runtime.finish(view.plan.verdicts.work)
