"""Waiting for a batch to end.

Ended is ``ended`` and nothing else (docs/clients.md T6). What passes by itself is waited out, for as long as the
batch may take (P1); what does not, ends the wait at once (P2); nothing ever cancels (S10). It does not know what
the batch holds.
"""

from collections.abc import Mapping
from urllib.parse import quote

from batchclient.answers import Batch, Busy, Lost, NotFound, Refused, batch_in
from batchclient.bench import BATCHES, Bench, Progress, Trouble
from batchclient.effects import Answer, Call, Steps, pause
from batchclient.errors import BatchNotFoundError, DeadlineError, RefusedError
from batchclient.pace import POLL_S_MIN, backoff_s, poll_delay_s, retry_after_s

# A batch ends within its window, and this is for the API to notice.
LATE_S = 3600.0
_WINDOW_S = 24 * 3600.0
NOT_FOUND_MIN = 5


def batch_path(batch_id: str) -> str:
    """Return the path of a batch."""
    return f"{BATCHES}/{quote(batch_id, safe='')}"


def wait_for(bench: Bench, batch_id: str, *, is_new: bool = False) -> Steps[Batch]:
    """Poll until the batch has ended.

    Raises:
        DeadlineError: it has not, though it should have long ago.
        BatchNotFoundError: it is not there, for longer than a new one may take to be seen.
        RefusedError: the API refuses to show it.
    """
    watch = _Watch(bench, batch_id)
    if is_new:
        watch.submitted()
        yield from pause(POLL_S_MIN)
    while True:
        batch = yield from watch.look()
        if batch is not None and batch.has_ended:
            return batch
        yield from pause(watch.next_s)


class _Watch:
    """One wait: what has been seen so far, and when to look again."""

    def __init__(self, bench: Bench, batch_id: str) -> None:
        self._bench = bench
        self._batch_id = batch_id
        self._began = bench.clock()
        self._window_s = _WINDOW_S
        self._polls = 0
        self._failures = 0
        self._trouble = Trouble()
        self._absent_since: float | None = None
        self._absences = 0
        self.next_s = 0.0

    def submitted(self) -> None:
        """Tell that there is a batch, and when it is looked at for the first time."""
        self._observe("submitted", {}, next_poll_s=POLL_S_MIN)

    def look(self) -> Steps[Batch | None]:
        """Look once; return the batch if it could be seen."""
        heard = yield from self._bench.ask(Call("retrieve", "GET", batch_path(self._batch_id)))
        self._polls += 1
        seen = batch_in(heard)
        if isinstance(seen, Batch) and seen.id != self._batch_id:
            seen = Lost(f"an answer about {seen.id}")
        match seen:
            case Batch():
                self._seen(seen, retry_after_s(heard.headers) if isinstance(heard, Answer) else None)
                return seen
            case Refused():
                raise RefusedError(
                    seen.message,
                    status=seen.status,
                    error_type=seen.error_type,
                    request_id=seen.request_id,
                    batch_id=self._batch_id,
                )
            case NotFound():
                self._not_found()
            case Busy() | Lost():
                self._failed(seen)
        return None

    def _seen(self, batch: Batch, hint_s: float | None) -> None:
        self._failures, self._absences, self._absent_since = 0, 0, None
        self._trouble = Trouble()
        self._window_s = batch.window_s()
        if not batch.has_ended:
            self._wait(poll_delay_s(self._elapsed_s(), hint_s, self._bench.draw()))
        next_poll_s = None if batch.has_ended else self.next_s
        self._observe(batch.processing_status, batch.counts(), next_poll_s=next_poll_s)

    def _observe(self, status: str, counts: Mapping[str, int], *, next_poll_s: float | None) -> None:
        self._bench.observe(
            Progress(
                batch_id=self._batch_id,
                status=status,
                counts=counts,
                polls=self._polls,
                elapsed_s=self._elapsed_s(),
                next_poll_s=next_poll_s,
                deadline_s=self._patience_s(),
            )
        )

    def _failed(self, cause: Busy | Lost) -> None:
        self._failures += 1
        self._trouble.tell(f"{self._batch_id}: poll failed ({cause.reason}); polling on")
        self._wait(self._bench.backoff_s(self._failures, cause))

    def _not_found(self) -> None:
        """Bear with a 404 for a while: new batches were seen to flicker (P3; SDK issue 1432, 2026-04)."""
        self._absences += 1
        now = self._bench.clock()
        since = self._absent_since = now if self._absent_since is None else self._absent_since
        if now - since >= self._bench.policy.grace_s and self._absences >= NOT_FOUND_MIN:
            raise BatchNotFoundError(
                "not found, neither now nor for a while: deleted, or of another account", self._batch_id
            )
        self._wait(backoff_s(self._absences + 2, None, self._bench.draw()))

    def _wait(self, seconds: float) -> None:
        left = self._patience_s() - self._elapsed_s()
        if left <= 0:
            raise DeadlineError(
                f"not ended {self._elapsed_s() / 3600:.1f} hours after it was first waited for; it was left alone",
                self._batch_id,
            )
        self.next_s = min(seconds, left)

    def _patience_s(self) -> float:
        most = self._window_s + LATE_S
        return most if self._bench.policy.wait_s_max is None else min(most, self._bench.policy.wait_s_max)

    def _elapsed_s(self) -> float:
        return self._bench.clock() - self._began
