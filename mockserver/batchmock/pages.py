"""Pages of a workspace's batches, newest first: which one is asked for, and what it holds.

It does not know how queries are written.
"""

from dataclasses import dataclass

from batchmock.errors import batch_not_found
from batchmock.limits import PAGE_LIMIT_DEFAULT
from batchmock.store import NOTHING, MemoryStore, Slice
from batchmock.unfolding.projection import BatchView


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """Which batches a list call asks for; at most one of the cursors is set."""

    limit: int = PAGE_LIMIT_DEFAULT
    after_id: str | None = None
    before_id: str | None = None


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of batches, newest first, and whether there are more in the direction asked for."""

    batches: list[BatchView]
    has_more: bool


def slice_of(store: MemoryStore, query: PageQuery, *, unknown_is_empty: bool) -> Slice:
    """Return the facts that a page shows.

    Raises:
        ApiError: 404 for a cursor that is no batch, unless that leads to an empty page.
    """
    cursor = query.after_id or query.before_id
    if cursor is None:
        return store.newest(query.limit)
    if store.get(cursor) is None:
        if unknown_is_empty:
            return NOTHING
        raise batch_not_found(cursor)
    if query.after_id is not None:
        return store.older_than(cursor, query.limit)
    return store.newer_than(cursor, query.limit)
