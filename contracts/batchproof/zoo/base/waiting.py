"""Waiting for a batch to end.

What passes by itself is waited out until the deadline; nothing is ever canceled for it. It does not know results.
"""

import time
from dataclasses import dataclass

from batchproof.zoo.base.calls import BATCHES, Answer, Api, backoff_s, poll_s, sleep_s
from batchproof.zoo.base.errors import BatchError
from batchproof.zoo.base.rows import Json

# A batch ends within 24 hours, and this is for the API to notice.
DEADLINE_S = 25 * 3600.0
# New batches were seen to be missing for a while. Source: anthropic-sdk-python issue 1432, 2026-04.
GRACE_S = 120.0
ABSENCES_MIN = 5


@dataclass(slots=True)
class _Watch:
    """What has been seen of one batch."""

    batch_id: str
    began: float
    failures: int = 0
    absences: int = 0
    absent_since: float = 0.0

    def look(self, api: Api) -> tuple[Json | None, float]:
        """Look once: return the batch if it has ended, or else how long to wait."""
        # C2 ask: one call, whatever comes of it
        answer = api.call("GET", f"{BATCHES}/{self.batch_id}")
        status = answer.body.get("processing_status")
        if answer.status != 200 or answer.body.get("id") != self.batch_id or not isinstance(status, str):
            return None, self._failed(answer)
        # C4 healed: only failures in a row count
        self.failures = self.absences = 0
        # C5 ended: this word alone, whatever the counts and the clock say
        if status == "ended":
            return answer.body, 0.0
        return None, poll_s(time.monotonic() - self.began, answer.wait_s, self.batch_id)

    def _failed(self, answer: Answer) -> float:
        # C3 permanent: nothing will come of asking again
        if answer.is_final:
            raise BatchError(f"{self.batch_id} cannot be looked at any more, and goes on: {answer}")
        # C3 absent: only after a grace
        self._check_absence(answer)
        self.failures += 1
        # C4 transient: it says nothing of the batch
        wait_s = backoff_s(self.failures, answer.wait_s)
        return max(wait_s, poll_s(time.monotonic() - self.began, None, self.batch_id))

    def _check_absence(self, answer: Answer) -> None:
        if answer.status != 404:
            self.absences = 0
            return
        if not self.absences:
            self.absent_since = time.monotonic()
        self.absences += 1
        if self.absences >= ABSENCES_MIN and time.monotonic() - self.absent_since >= GRACE_S:
            raise BatchError(f"{self.batch_id} is not there, for longer than a new one may be missing: {answer}")


def ended(api: Api, batch_id: str, began: float) -> Json:
    """Return a batch once it has ended; ``began`` is when it was made, by the monotonic clock.

    Raises:
        BatchError: it cannot be seen, or has not ended though it should have.
    """
    watch = _Watch(batch_id, began)
    # C1 deadline: between one and two days after the create
    while (left_s := began + DEADLINE_S - time.monotonic()) > 0:
        batch, delay_s = watch.look(api)
        if batch is not None:
            return batch
        # C6 sleep: as long as the server asks for, but not beyond the deadline
        sleep_s(min(delay_s, left_s))
    raise BatchError(f"{batch_id} has not ended {DEADLINE_S / 3600:.0f} hours after its create, and is left alone")
