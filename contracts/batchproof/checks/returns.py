"""Whether a call of the client came to its end as it should: an outcome for every key, or an error that says enough.

It does not know what the plan was.
"""

from collections.abc import Collection

from batchproof.checks.rows import wrong
from batchproof.contract import Break
from batchproof.evidence import Evidence
from batchproof.observation import Ending


def fulfilled(evidence: Evidence) -> Break | None:
    """The last call returned, with the right outcome for every key."""
    ending = evidence.seen.last
    return not_returned(ending) or told_right(evidence, ending)


def told_right(evidence: Evidence, ending: Ending) -> Break | None:
    """What a call returned has the right outcome for every key, and for no other."""
    asked, outcomes = evidence.asked.nonces, ending.outcomes or {}
    for key, looks in ending.odd.items():
        return Break(f"it returned what is no outcome: {looks} for {key}", key)
    for key in asked:
        if key not in outcomes:
            return Break(f"{key!r} has no outcome", key)
    for key in outcomes:
        if key not in asked:
            return Break(f"{key!r} has an outcome, and nobody asked for it", key)
    return carried_right(evidence, ending)


def carried_right(evidence: Evidence, ending: Ending) -> Break | None:
    """Whatever outcomes there are, are right."""
    asked = evidence.asked.nonces
    for key, outcome in (ending.outcomes or {}).items():
        if key in asked and (found := wrong(evidence, key, outcome)):
            return found
    return None


def not_returned(ending: Ending) -> Break | None:
    """The call returned."""
    return None if ending.how == "returned" else Break(how_it_ended(ending))


def ended(ending: Ending) -> Break | None:
    """The call came to an end by itself, whichever."""
    return Break(how_it_ended(ending)) if ending.how in ("waited", "hung", "broke") else None


def fulfilled_or_refused(evidence: Evidence) -> Break | None:
    """As ``fulfilled``, or nothing was sent and an error names a key: a refusal before any POST."""
    ending = evidence.seen.last
    if ending.how == "raised" and not evidence.creates:
        return _unnamed(ending, evidence.asked.nonces)
    return fulfilled(evidence)


def fulfilled_or_named(evidence: Evidence) -> Break | None:
    """As ``fulfilled``, or an error names the batches that the client knows of; what it carries is right."""
    ending = evidence.seen.last
    if ending.how != "raised":
        return fulfilled(evidence)
    return names_batches(evidence) or carried_right(evidence, ending)


def named_or_missing(evidence: Evidence) -> Break | None:
    """As ``fulfilled``, or an error names each key that has no line."""
    ending = evidence.seen.last
    if ending.how != "raised":
        return fulfilled(evidence)
    for key in evidence.asked.nonces:
        if not evidence.served_for(key) and key not in ending.error:
            return Break(f"it raised an error that does not name {key!r}, which has no line: {_said(ending)}", key)
    return carried_right(evidence, ending)


def names_batches(evidence: Evidence) -> Break | None:
    """An error names every batch that was made, so that it can be found again."""
    ending = evidence.seen.last
    for batch_id in evidence.batch_ids:
        if batch_id not in ending.error:
            return Break(f"it gave up without naming {batch_id}, which goes on and is billed: {_said(ending)}")
    return None


def _unnamed(ending: Ending, keys: Collection[str]) -> Break | None:
    if any(key in ending.error or repr(key) in ending.error or repr(key[:40])[1:-1] in ending.error for key in keys):
        return None
    return Break(f"it refused without naming a key: {_said(ending)}")


def how_it_ended(ending: Ending) -> str:
    """Return how a call that did not return ended, in a sentence about the client."""
    match ending.how:
        case "returned":
            return "it returned"
        case "raised":
            return f"it raised {_said(ending)}"
        case "killed":
            return "it was killed"
        case "interrupted":
            return f"it was interrupted: {_said(ending)}"
        case "waited":
            return f"it would have waited for ever: {_said(ending)}"
        case "hung":
            return f"it hung: {_said(ending)}"
        case "broke":
            return f"its process broke: {_said(ending)}"


def _said(ending: Ending) -> str:
    first = ending.error.strip().splitlines()[:1]
    return first[0][:160] if first else "nothing"
