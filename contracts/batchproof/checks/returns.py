"""Whether a call of the client ended as it should: an outcome for every key, or an error that says enough.

It does not know what the plan was.
"""

from collections.abc import Collection

from msgspec.structs import replace

from batchproof.checks.naming import names_key
from batchproof.checks.rows import wrong
from batchproof.contract import Break
from batchproof.evidence import Evidence
from batchproof.observation import Ending
from batchproof.outcome import text_of


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


def each_return_is_right(evidence: Evidence) -> Break | None:
    """What any call returned is right, also before the last."""
    endings = (ending for ending in evidence.seen.endings if ending.how == "returned")
    return next((found for ending in endings if (found := told_right(evidence, ending)) is not None), None)


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


def ends_by_itself(evidence: Evidence) -> Break | None:
    """Every call came to an end by itself, whichever."""
    for ending in (*evidence.seen.endings, *evidence.seen.rivals):
        if ending.how in ("waited", "hung", "broke"):
            return Break(how_it_ended(ending))
    return None


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
    unserved = [key for key in evidence.asked.nonces if not evidence.served_for(key)]
    if ending.how != "raised" or not unserved:
        return fulfilled(evidence)
    if len(unserved) == len(evidence.asked.nonces) and all(name in ending.error for name in evidence.batch_ids):
        # Nothing came of the whole batch: its name says which requests those are.
        return carried_right(evidence, ending)
    for key in unserved:
        if key not in (ending.outcomes or {}) and not names_key(ending.error, key):
            return Break(f"it raised an error that does not name {key!r}, which has no line: {_said(ending)}", key)
    return carried_right(evidence, ending)


def nothing_wrong(evidence: Evidence) -> Break | None:
    """Whatever is said of a key is right; one that has no line may be left out, or be what an error is about."""
    ending = evidence.seen.last
    if ending.how != "returned" and (
        ending.how != "raised" or all(map(evidence.served_for, evidence.asked.nonces))
    ):
        return not_returned(ending)
    return carried_right(evidence, ending)


def succeeded_are_kept(evidence: Evidence) -> Break | None:
    """As ``fulfilled``, or an error carries the outcome of every request that succeeded."""
    ending = evidence.seen.last
    if ending.how != "raised":
        return fulfilled(evidence)
    for key in evidence.asked.nonces:
        if _has_succeeded(evidence, key) and key not in (ending.outcomes or {}):
            return Break(
                f"{key!r} succeeded and was paid for, and its answer is lost: {how_it_ended(ending)}", key
            )
    return carried_right(evidence, ending)


def fulfilled_or_raised(evidence: Evidence) -> Break | None:
    """As ``fulfilled``, or an error that carries nothing wrong."""
    ending = evidence.seen.last
    return carried_right(evidence, ending) if ending.how == "raised" else fulfilled(evidence)


def one_delivers(evidence: Evidence) -> Break | None:
    """Of two calls at once at least one returned with everything right, and neither with anything wrong."""
    endings = (*evidence.seen.endings, *evidence.seen.rivals)
    for ending in endings:
        if ending.how in ("waited", "hung", "broke"):
            return Break(how_it_ended(ending))
        found = told_right(evidence, ending) if ending.how == "returned" else carried_right(evidence, ending)
        if found:
            return found
    if not any(ending.how == "returned" for ending in endings):
        return Break(f"neither of two calls returned: {how_it_ended(endings[0])}")
    return None


def gave_up_by_name(evidence: Evidence) -> Break | None:
    """The last call raised an error that names the batches."""
    ending = evidence.seen.last
    if ending.how == "returned":
        return Break("it returned, although its batch cannot be seen to have ended")
    return names_batches(evidence) or carried_right(evidence, ending)


def good_rows_are_sent(evidence: Evidence) -> Break | None:
    """As ``fulfilled``, where a row that cannot be sent may be anything but a success."""
    ending = evidence.seen.last
    poisoned = {row.key for row in evidence.seen.plan.rows if row.poison}
    if found := not_returned(ending):
        return found
    for key in poisoned:
        outcome = (ending.outcomes or {}).get(key)
        if outcome is None:
            return Break(f"{key!r} cannot be sent, and has no outcome that says so", key)
        if outcome.kind == "succeeded":
            return Break(f"{key!r} cannot be sent as it is, and is said to have succeeded", key)
    good = {key: outcome for key, outcome in (ending.outcomes or {}).items() if key not in poisoned}
    for key in evidence.asked.nonces.keys() - poisoned - good.keys():
        return Break(f"{key!r} has no outcome", key)
    return carried_right(evidence, replace(ending, outcomes=good))


def _has_succeeded(evidence: Evidence, key: str) -> bool:
    """Tell whether an answer to a key's prompt was served, or would be."""
    nonce = evidence.asked.nonces[key]
    results = [result for batch in evidence.seen.ledger for result in batch.results.values()]
    return any(result.get("type") == "succeeded" and nonce in text_of(result["message"]) for result in results)


def names_batches(evidence: Evidence) -> Break | None:
    """An error names every batch that was made and neither read nor canceled, so that it can be found again."""
    ending = evidence.seen.last
    settled = {one.batch_id for one in evidence.downloads if one.exchange.is_whole}
    settled |= {call.batch_id for call in evidence.calls("cancel") if call.batch_id and call.status == 200}
    for batch_id in evidence.batch_ids:
        if batch_id not in ending.error and batch_id not in settled:
            return Break(f"it gave up without naming {batch_id}, which goes on and is billed: {_said(ending)}")
    return None


def _unnamed(ending: Ending, keys: Collection[str]) -> Break | None:
    if any(names_key(ending.error, key) for key in keys):
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
            return f"it was still waiting after {_said(ending)}"
        case "hung":
            return f"it hung: {_said(ending)}"
        case "broke":
            return _said(ending)


def _said(ending: Ending) -> str:
    first = ending.error.strip().splitlines()[:1]
    return first[0][:160] if first else "nothing"
