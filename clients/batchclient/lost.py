"""Looking for a batch whose create was never answered.

The API repeats no request and takes no name for a batch, so there are three signs: it is not older than the batch
that was the newest just before (the fence, by the server's clock alone), it has as many requests as were sent,
and, once it has ended, its results bear the nonce. The first two only say that it may be; the nonce decides. So:

- nothing that may be it, for as long as a batch may take to be seen → it was never made;
- something that may be it → wait for its end, and read one line;
- one that cannot be read to tell → nobody knows, and nothing is sent again.

Nothing is canceled here: a batch that may be somebody else's is left alone (docs/clients.md I9). It does not know
what is done about what it finds.
"""

from batchclient.answers import Batch, Lost, NotFound, Page, Refused, instant, page_in
from batchclient.bench import BATCHES, Bench, log
from batchclient.collection import peek
from batchclient.effects import Call, Steps, pause
from batchclient.errors import RunError, UncertainCreateError
from batchclient.pace import backoff_s
from batchclient.parcel import Parcel
from batchclient.patience import Patience
from batchclient.polling import wait_for

PAGE_LIMIT = 100
# Servers of one API may be that far apart.
FENCE_MARGIN_S = 60.0
LOOKS_MIN = 4
FAILURES_MAX = 20
# A list of a million batches has no end worth waiting for.
PAGES_MAX = 10_000


def batch_of(bench: Bench, parcel: Parcel) -> Steps[str | None]:
    """Return the id of the batch that a parcel's create made, or None if it made none.

    Raises:
        UncertainCreateError: it cannot be told.
    """
    suspects = yield from _suspects(bench, parcel)
    for batch in suspects:
        if (yield from _is_ours(bench, parcel, batch)):
            return batch.id
        bench.strangers.add(batch.id)
    return None


def _suspects(bench: Bench, parcel: Parcel) -> Steps[list[Batch]]:
    """Return the batches that may be it, oldest first; looked for until any batch would have been seen."""
    began, looks, found = bench.clock(), 0, dict[str, Batch]()
    while looks < LOOKS_MIN or bench.clock() - began < bench.policy.grace_s:
        for batch in (yield from _made_since(bench, parcel)):
            found[batch.id] = batch
        looks += 1
        yield from pause(backoff_s(looks + 2, None, bench.draw()))
    return sorted(found.values(), key=lambda batch: batch.created_at or "")


def _made_since(bench: Bench, parcel: Parcel) -> Steps[list[Batch]]:
    ours = {other.batch_id for other in bench.journal.parcels()} | bench.strangers
    found, seen, cursor = list[Batch](), set[str](), ""
    for _ in range(PAGES_MAX):
        page = yield from _page(bench, cursor)
        new = [batch for batch in page.data if batch.id not in seen]
        seen.update(batch.id for batch in new)
        recent = [batch for batch in new if _is_recent(batch, parcel.fence)]
        found += [batch for batch in recent if batch.id not in ours and _may_count(batch, parcel)]
        last = page.last_id or (page.data[-1].id if page.data else None)
        if not page.has_more or not new or len(recent) < len(new) or not last:
            break
        cursor = f"&after_id={last}"
    return found


def _page(bench: Bench, cursor: str) -> Steps[Page]:
    """Return a page, however often its call fails; to list changes nothing."""
    patience = Patience(bench, FAILURES_MAX, "the list of batches cannot be read yet")
    while True:
        page = page_in((yield from bench.ask(Call("list", "GET", f"{BATCHES}?limit={PAGE_LIMIT}{cursor}"))))
        if isinstance(page, Page):
            return page
        cause = Lost("404") if isinstance(page, NotFound) else page
        if isinstance(cause, Refused) or not (yield from patience.outlasts(cause)):
            raise UncertainCreateError(
                f"a create was not answered, and the list of batches cannot be read: {page.reason}"
            )


def _is_recent(batch: Batch, fence: str | None) -> bool:
    created, newest = instant(batch.created_at), instant(fence)
    if created is None or newest is None:
        return True
    return (created - newest).total_seconds() >= -FENCE_MARGIN_S


def _may_count(batch: Batch, parcel: Parcel) -> bool:
    """Tell whether it may have as many requests: the five counters always add up to them (documented:
    https://platform.claude.com/docs/en/api/messages/batches/retrieve, read 2026-08)."""
    counted = sum(batch.counts().values())
    return counted in (0, parcel.count)


def _is_ours(bench: Bench, parcel: Parcel, batch: Batch) -> Steps[bool]:
    log.info("%s: may be what the unanswered create made; waiting for its end to see", batch.id)
    try:
        ended = yield from wait_for(bench, batch.id)
        return (yield from peek(bench, parcel, ended))
    except RunError as error:
        problem = f"it may be what an unanswered create made, and cannot be read ({error}); nothing is sent again"
        raise UncertainCreateError(problem, batch.id) from error
