"""What batches come to, over HTTP, before a client can see it.

Looking is no poll: a stepped clock does not move. It does not know how it is decided.
"""

from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from batchmock.http.call import Call
from batchmock.http.control.asked import query_of
from batchmock.http.responses import JSONL, JsonResponse, StreamedResponse, in_chunks
from batchmock.unfolding.projection import BatchView
from batchmock.unfolding.truth import batch_list, batch_plan, foresee, request_lines

# A few hundredths of a second of work; whoever wants all of it reads lines.
PAGE_LIMIT_MAX = 10_000
PAGE_LIMIT_DEFAULT = 1_000


class PlanQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests to show: ``limit`` of them, after the first ``skip``."""

    skip: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT_MAX)] = PAGE_LIMIT_DEFAULT


async def list_batches(call: Call) -> JsonResponse:
    """Show all batches that are not deleted, in the order they were created, and when they end."""
    return JsonResponse(batch_list(call.workspace.batches(call.now)))


async def read_plan(call: Call) -> JsonResponse:
    """Show what a batch comes to and when, and each of its requests, as they were submitted."""
    query = query_of(call, PlanQuery)
    view = await _foreseen(call)
    return JsonResponse(batch_plan(view, skip=query.skip, limit=query.limit))


async def read_plan_lines(call: Call) -> StreamedResponse:
    """Show what each request of a batch comes to and when, one JSON object a line."""
    lines = request_lines(await _foreseen(call))
    return StreamedResponse(in_chunks(lines, call.runtime.pause), [JSONL], call.runtime.watch)


async def _foreseen(call: Call) -> BatchView:
    view = call.workspace.look(call.batch_id, call.now)
    await call.runtime.finish(partial(foresee, view.plan))
    return view
