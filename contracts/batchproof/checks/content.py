"""Whether an answer that is not whole is told from one that is.

It does not know where the answer came from.
"""

from batchproof.contract import Break
from batchproof.documents import as_object
from batchproof.evidence import Evidence

_UNFINISHED = ("max_tokens", "refusal", "pause_turn", "model_context_window_exceeded")


def unfinished_is_said(evidence: Evidence) -> Break | None:
    """No bare text stands for an answer that was cut, refused or paused."""
    for key, outcome in (evidence.seen.last.outcomes or {}).items():
        if outcome.kind != "succeeded" or outcome.message is not None or key not in evidence.asked.nonces:
            continue
        for downloads in evidence.served_for(key):
            stop = as_object(downloads[-1][0].result.get("message")).get("stop_reason")
            if stop in _UNFINISHED:
                return Break(f"{key!r} has a text and nothing that says that it ended with {stop}", key)
    return None
