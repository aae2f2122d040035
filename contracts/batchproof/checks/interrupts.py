"""Whether an interrupt did what was agreed, and whether anything was canceled that should not be.

It does not know who interrupted.
"""

from batchproof.checks.calls import not_canceled
from batchproof.checks.returns import carried_right, how_it_ended
from batchproof.contract import Break
from batchproof.evidence import Evidence


def interrupted_as_told(evidence: Evidence) -> Break | None:
    """Batches were canceled if and only if the policy says so, and each is named where it goes on."""
    if found := not_canceled(evidence):
        return found
    for number, life in enumerate(evidence.seen.plan.lives):
        ending = evidence.seen.endings[number]
        if life.interrupt is None or ending.how not in ("interrupted", "raised"):
            continue
        canceled = {call.batch_id for call in evidence.calls("cancel")}
        for batch_id in evidence.batch_ids:
            if life.interrupt.policy == "cancel" and batch_id not in canceled:
                return Break(f"it was interrupted and told to cancel, and left {batch_id} running")
            if life.interrupt.policy == "detach" and batch_id not in ending.error:
                return Break(
                    f"it was interrupted, and left {batch_id} running without naming it: {how_it_ended(ending)}"
                )
    return carried_right(evidence, evidence.seen.last)
