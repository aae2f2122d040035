"""Whether a client keeps what it has paid for: before it deletes a batch, and when its results are archived.

It does not know what was lost otherwise.
"""

from typing import Any, cast

import msgspec

from batchproof.checks.returns import how_it_ended
from batchproof.contract import Break
from batchproof.evidence import Evidence, unpacked


def safe_before_deleted(evidence: Evidence) -> Break | None:
    """No batch was deleted before all of its results had been read, and were safe from a crash."""
    for call in evidence.calls("delete"):
        before = [one for one in evidence.downloads if one.batch_id == call.batch_id and one.exchange.is_whole]
        if not before:
            return Break(f"it deleted {call.batch_id} before it had read its results")
        last = evidence.seen.last
        if last.how != "returned":
            return Break(f"it deleted {call.batch_id}, and has lost its answers: {how_it_ended(last)}")
    return None


def archived_is_said(evidence: Evidence) -> Break | None:
    """A batch whose results were archived before they were read led to an error."""
    read = {one.batch_id for one in evidence.downloads}
    for call in evidence.calls("retrieve"):
        if call.batch_id not in read and _says_archived(unpacked(call)) and evidence.seen.last.how == "returned":
            return Break(f"the results of {call.batch_id} are archived, and it returned as if there had been none")
    return None


def _says_archived(answer: bytes) -> bool:
    try:
        batch: Any = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(batch, dict) and cast(dict[str, Any], batch).get("archived_at") is not None
