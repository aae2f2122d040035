"""How a client behaves towards the server: how often it asks, and whether it waits when it is told to.

It does not know what the client returned.
"""

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from batchmock.times import HOUR, MINUTE, SECOND
from batchproof.contract import Break
from batchproof.documents import as_object
from batchproof.evidence import Evidence, unpacked
from batchproof.tape import Exchange

POLLS_MAX = 10_000
GAP_S = 10
LONG_GAP_S = 45
# What a server may ask for and get; longer than that a client has a deadline of its own.
HONOURED_S_MAX = 3_600


def polls_are_few(evidence: Evidence) -> Break | None:
    """Nobody polls ten thousand times a day."""
    polls = len(evidence.calls("retrieve"))
    return Break(f"it polled {polls:,} times within a day") if polls > POLLS_MAX else None


def polls_are_spaced(evidence: Evidence) -> Break | None:
    """After the first minute polls of a batch are ten seconds apart, and after an hour about a minute."""
    gaps = list(_gaps(evidence))
    for at, gap in gaps:
        if at > MINUTE and gap < GAP_S * SECOND:
            return Break(f"it polled again after {gap / SECOND:g} s, {at // MINUTE} minutes into the wait")
    late = [gap for at, gap in gaps if at > HOUR]
    if late and median(late) < LONG_GAP_S * SECOND:
        return Break(f"after the first hour it still polls every {median(late) / SECOND:g} s")
    return None


def _gaps(evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Yield how long into the wait, and how long after the poll before, each poll came that had reason to wait."""
    for batch_id in evidence.batch_ids:
        polls = [one for one in evidence.calls("retrieve") if one.batch_id == batch_id]
        for before, poll in pairwise(polls):
            if before.status == 200 and _status(before) not in ("ended", ""):
                yield before.came - polls[0].came, poll.came - before.came


def _status(exchange: Exchange) -> str:
    try:
        found = json.loads(unpacked(exchange))
    except ValueError:
        return ""
    return str(as_object(found).get("processing_status", ""))


def waits_when_told(evidence: Evidence) -> Break | None:
    """No call is repeated before the time that ``retry-after`` named, up to an hour."""
    calls = evidence.by_client
    for at, call in enumerate(calls):
        told_s = retry_after_s(call)
        again = next((one for one in calls[at + 1 :] if _is_the_same(one, call)), None)
        if call.status in (429, 503, 529) and told_s is not None and again is not None:
            waited_s = (again.came - call.came) / SECOND
            if waited_s < min(told_s, HONOURED_S_MAX) - 1:
                return Break(
                    f"it was told to wait for {told_s:g} s, and called {call.operation} again after {waited_s:g} s"
                )
    return None


def _is_the_same(one: Exchange, call: Exchange) -> bool:
    """Tell whether a call repeats another; another process cannot know what that was told."""
    return (one.life, one.operation, one.path) == (call.life, call.operation, call.path)


def retry_after_s(call: Exchange) -> float | None:
    """Return how many seconds an answer asks to wait; None if it does not say so, or says nonsense."""
    said = call.answer_headers.get("retry-after")
    if said is None:
        return None
    try:
        seconds = float(said)
    except ValueError:
        return _until(said, call.came)
    return seconds if seconds >= 0 else None


def _until(date: str, now: int) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now / SECOND)
    except (ValueError, TypeError):
        return None


def stops_when_refused(evidence: Evidence) -> Break | None:
    """What is refused for good is not asked for many more times."""
    refused = [one for one in evidence.by_client if one.status in (401, 403)]
    if len(refused) > REFUSED_MAX:
        return Break(f"it was refused with {refused[0].status} {len(refused)} times, and asked again each time")
    return None


REFUSED_MAX = 10
