"""Histories over HTTP: a workspace's, as pages or as lines, and that of exchanges which opened none.

Calls of the control plane are in no history, so reading one does not change it.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from batchmock.exchanges.exchange import Exchange, record
from batchmock.exchanges.history import PAGE_LIMIT_DEFAULT, History
from batchmock.exchanges.record import HistoryQuery
from batchmock.http.call import Call
from batchmock.http.control.asked import query_of
from batchmock.http.responses import JSONL, JsonResponse, StreamedResponse, in_chunks

# A few hundredths of a second of work; whoever wants all of it reads lines.
PAGE_LIMIT_MAX = 1_000


class LinesQuery(HistoryQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges to show; ``real=false`` leaves out what differs from run to run."""

    real: bool = True


class PageQuery(LinesQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges to show, and how many at once."""

    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT_MAX)] = PAGE_LIMIT_DEFAULT


class Cleared(Struct, frozen=True):
    """How many exchanges were forgotten."""

    cleared: int


async def read_history(call: Call) -> JsonResponse:
    """Show exchanges in the order they came; ``after`` the last one's ``sequence`` the next page begins."""
    return _page(call, call.workspace.history)


async def read_unclaimed(call: Call) -> JsonResponse:
    """Show the exchanges of all clients that opened no workspace: a wrong credential, path or method."""
    return _page(call, call.emulator.unclaimed)


async def read_history_lines(call: Call) -> StreamedResponse:
    """Show exchanges in the order they came, one JSON object a line."""
    query = query_of(call, LinesQuery)
    lines = _lines(call.workspace.history.find(query), real=query.real)
    return StreamedResponse(in_chunks(lines, call.runtime.pause), [JSONL], call.runtime.watch)


async def clear_history(call: Call) -> JsonResponse:
    """Forget the exchanges so far; those to come are numbered on."""
    return JsonResponse(Cleared(call.workspace.history.clear()))


def _page(call: Call, history: History) -> JsonResponse:
    query = query_of(call, PageQuery)
    return JsonResponse(history.page(query, limit=query.limit, real=query.real))


def _lines(exchanges: Sequence[Exchange], *, real: bool) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    for exchange in exchanges:
        yield encode(record(exchange, real=real)) + b"\n"
