"""Whether what failed was tried again.

It does not know why it failed.
"""

from batchproof.contract import Break
from batchproof.evidence import Evidence


def download_was_tried_again(evidence: Evidence) -> Break | None:
    """A download that failed was followed by another."""
    calls = evidence.calls("results")
    if len(calls) == 1 and (calls[0].status != 200 or not calls[0].is_whole):
        return Break(f"its download failed, and it did not try again (the answer was {calls[0].status})")
    return None
