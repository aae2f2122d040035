"""Parcels → batches, each at most once.

A create is sent once and never blindly again: what was surely refused may be sent anew, what got no clear answer
is looked for first (docs/clients.md S1, S2; see ``lost``). It does not know what happens to batches afterwards.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from batchclient.answers import Batch, Busy, Lost, NotFound, Page, Refused, batch_in, page_in
from batchclient.bench import BATCHES, JSON_HEADERS, Bench, Trouble, log
from batchclient.effects import CREATE_TIMEOUT_S, Call, Steps, pause
from batchclient.errors import RefusedError, UncertainCreateError, UnreachableError
from batchclient.journal import Group
from batchclient.lost import batch_of
from batchclient.parcel import Parcel
from batchclient.patience import PATIENCE_S

# How often, in a row, nothing at all may be reached: about half an hour.
UNREACHED_MAX = 12
# How many creates of one parcel may go unanswered in one go before someone should look why.
SENDS_MAX = 4
# How many single requests of a parcel the API may refuse by name.
ROWS_REFUSED_MAX = 20


def submit(bench: Bench, parcel: Parcel) -> Steps[Parcel]:
    """Have a batch made of a parcel, however often that is surely refused for now.

    Return the parcel: ``submitted``, or ``intended`` where the answer was lost, or ``withdrawn`` where its
    requests were planned in others instead.

    Raises:
        RefusedError: it was refused for good. UnreachableError: nothing could be reached.
    """
    delay = _Delay(bench, bench.clock())
    while True:
        heard = yield from _send_once(bench, parcel)
        match heard:
            case Parcel():
                return heard
            case Refused():
                return _refused(bench, parcel, heard)
            case Busy():
                yield from delay.put_off(heard)


def settle(bench: Bench, parcel: Parcel) -> Steps[Parcel]:
    """Find out what became of a create that was never answered; return the parcel, submitted or planned again.

    Raises:
        UncertainCreateError: it cannot be found out, or it happened too often.
    """
    batch_id = yield from batch_of(bench, parcel)
    if batch_id is not None:
        log.info("%s: found, made by a create that was never answered", batch_id)
        return bench.journal.change(replace(parcel, state="submitted", batch_id=batch_id))
    bench.unanswered[parcel.id] += 1
    if bench.unanswered[parcel.id] >= SENDS_MAX:
        raise UncertainCreateError(f"{SENDS_MAX} creates in a row went unanswered and made no batch")
    return bench.journal.change(replace(parcel, state="planned"))


def _send_once(bench: Bench, parcel: Parcel) -> Steps[Parcel | Refused | Busy]:
    """Write down the intent, send, write down the id: a crash anywhere in between is settled later."""
    newest = yield from _newest(bench)
    if not isinstance(newest, Page):
        return newest
    fence = _fence(parcel, newest)
    intended = bench.journal.change(replace(parcel, state="intended", fence=fence, sends=parcel.sends + 1))
    made = batch_in((yield from bench.ask(_create(bench, parcel))))
    match made:
        case Batch():
            log.info("%s: %d requests", made.id, parcel.count)
            return bench.journal.change(replace(intended, state="submitted", batch_id=made.id))
        case Lost():
            log.warning(
                "a create got no clear answer (%s); looking for its batch before anything else", made.reason
            )
            return intended
        case NotFound():
            made = _no_such_call(bench, "POST")
        case Refused() | Busy():
            pass
    # Surely nothing was made: as if it had not been sent.
    bench.journal.change(replace(parcel, state="planned"))
    return made


def _fence(parcel: Parcel, newest: Page) -> str | None:
    """Return when the newest batch was made; after an unanswered create, what it was before the first one."""
    if parcel.sends:
        return parcel.fence
    return newest.data[0].created_at if newest.data else None


def _create(bench: Bench, parcel: Parcel) -> Call:
    betas = ",".join(bench.policy.betas)
    headers = JSON_HEADERS | ({"anthropic-beta": betas} if betas else {})
    return Call("create", "POST", BATCHES, bench.journal.body(parcel), headers, CREATE_TIMEOUT_S)


def _newest(bench: Bench) -> Steps[Page | Refused | Busy]:
    """Return the page of the newest batch. A list that fails is no create that failed: it is asked again."""
    page = page_in((yield from bench.ask(Call("list", "GET", f"{BATCHES}?limit=1"))))
    match page:
        case Page() | Refused() | Busy():
            return page
        case Lost():
            return Busy(page.reason, page.hint_s)
        case NotFound():
            return _no_such_call(bench, "GET")


def _no_such_call(bench: Bench, method: str) -> Refused:
    """Return what a 404 for the batches themselves means: a base URL that is not the API's."""
    base_url = bench.journal.about.base_url.rstrip("/")
    hint = ""
    if base_url.endswith("/v1"):
        # A journal is of one base URL: with another it is refused.
        hint = "; the SDK adds /v1 by itself, so leave it out of the base URL, and begin with another journal"
    return Refused(404, "not_found_error", f"no such call: {method} {base_url}{BATCHES}{hint}", None)


@dataclass(slots=True)
class _Delay:
    """How long one parcel has been put off, and what for."""

    bench: Bench
    began: float
    failures: int = 0
    trouble: Trouble = field(default_factory=Trouble)

    def put_off(self, cause: Busy) -> Steps[None]:
        self.failures += 1
        wait = self.bench.backoff_s(self.failures, cause)
        too_often = cause.hint_s is None and self.failures > UNREACHED_MAX
        if too_often or self.bench.clock() - self.began + wait > PATIENCE_S:
            raise UnreachableError(f"nothing could be submitted: {cause.reason}")
        self.trouble.tell(f"nothing is submitted yet: {cause.reason}; trying again")
        yield from pause(wait)


def _refused(bench: Bench, parcel: Parcel, refused: Refused) -> Parcel:
    """Set aside what the API cannot take, and plan the rest anew (S6, S7)."""
    numbers = bench.journal.numbers(parcel)
    if refused.status == 413:
        return _too_large(bench, parcel, numbers, refused)
    row, names = refused.row, refused.status == 400 and refused.error_type == "invalid_request_error"
    if names and row is not None and row < len(numbers) and parcel.refusals < ROWS_REFUSED_MAX:
        bench.journal.refuse(parcel, numbers[row], refused.error_type, refused.message)
        rest = numbers[:row] + numbers[row + 1 :]
        return _replanned(bench, parcel, [rest], refusals=parcel.refusals + 1)
    raise RefusedError(
        refused.message, status=refused.status, error_type=refused.error_type, request_id=refused.request_id
    )


def _too_large(bench: Bench, parcel: Parcel, numbers: list[int], refused: Refused) -> Parcel:
    if len(numbers) == 1:
        bench.journal.refuse(parcel, numbers[0], "request_too_large", refused.message)
        return _replanned(bench, parcel, [])
    middle = len(numbers) // 2
    return _replanned(bench, parcel, [numbers[:middle], numbers[middle:]])


def _replanned(bench: Bench, parcel: Parcel, groups: list[list[int]], *, refusals: int = 0) -> Parcel:
    planned = [Group(bench.nonce(), numbers, refusals) for numbers in groups if numbers]
    bench.journal.plan(planned, round_=parcel.round, instead_of=parcel)
    return bench.journal.parcel(parcel.id)
