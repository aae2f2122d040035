"""What is true of every run, whatever its plan.

It does not know plans.
"""

from batchproof.checks.returns import carried_right, fulfilled_or_raised
from batchproof.checks.rows import someone_elses
from batchproof.contract import Break
from batchproof.evidence import Evidence


def conserved(evidence: Evidence) -> Break | None:
    """A call that returned has one outcome for each key, and no others."""
    ending = evidence.seen.last
    if ending.how != "returned":
        return None
    asked, outcomes = evidence.asked.nonces.keys(), (ending.outcomes or {}).keys()
    for key in asked - outcomes - ending.odd.keys():
        return Break(f"{key!r} went in, and did not come out", key)
    for key in (outcomes | ending.odd.keys()) - asked:
        return Break(f"{key!r} came out, and had not gone in", key)
    return None


def provenance(evidence: Evidence) -> Break | None:
    """No key has the answer to another's prompt, or to one from before."""
    for key, outcome in (evidence.seen.last.outcomes or {}).items():
        if key in evidence.asked.nonces and (found := someone_elses(evidence, key, outcome)):
            return found
    return None


def honest(evidence: Evidence) -> Break | None:
    """Whatever is said of a key is what was served for it."""
    return carried_right(evidence, evidence.seen.last)


def same_after_a_crash(evidence: Evidence) -> Break | None:
    """After a kill the next call gives what one that was not killed would, or says why not."""
    lives = evidence.seen.plan.lives
    if not any(life.kill for life in lives) or lives[-1].edits or lives[-1].damage:
        return None
    return fulfilled_or_raised(evidence)
