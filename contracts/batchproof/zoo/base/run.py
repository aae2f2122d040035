"""The client: requests in, an outcome for each key out, whatever happens in between.

It does not know how any of it is done.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import httpx2

from batchproof.returned import Returned
from batchproof.zoo.base.calls import BATCHES, IDLE_S, Api, backoff_s, sleep_s
from batchproof.zoo.base.cost import cost_usd
from batchproof.zoo.base.errors import BatchError
from batchproof.zoo.base.journal import Journal, Parcel, locked
from batchproof.zoo.base.results import Reading, collected, inner_error
from batchproof.zoo.base.rows import BYTES_MAX, REQUESTS_MAX, Json, Row, fingerprint, read, split
from batchproof.zoo.base.submission import Submission
from batchproof.zoo.base.waiting import ended

ATTEMPTS_MAX = 2
CANCELS_MAX = 6
# What went wrong by itself, and may go right another time.
_RETRYABLE = ("api_error", "overloaded_error", "timeout_error", "rate_limit_error")


def run(
    requests: Sequence[Mapping[str, Any]],
    *,
    base_url: str,
    api_key: str,
    state_dir: Path,
    requests_max: int | None = None,
    bytes_max: int | None = None,
    on_interrupt: Literal["detach", "cancel"] = "detach",
    on_outcome: Callable[[str, Json], None] | None = None,
    betas: Mapping[str, Sequence[str]] | None = None,
) -> Returned:
    """Return an outcome for each request; called again with the same ``state_dir``, go on where it was left.

    ``on_outcome`` is told of outcomes as they come.

    Raises:
        BatchError: it cannot go on; the message names batches or keys, and ``outcomes`` are those that are known.
    """
    bytes_max = bytes_max or BYTES_MAX
    rows, refused = read(requests, betas or {}, bytes_max)
    account = sha256(api_key.encode()).hexdigest()
    # D2 idle: a download may take as long as it likes, while something comes
    timeout = httpx2.Timeout(IDLE_S)
    with locked(state_dir), httpx2.Client(timeout=timeout, trust_env=False) as http:
        journal = Journal(state_dir, fingerprint(rows, refused, account, base_url))
        job = Job(Api(http, base_url, api_key), journal, rows, on_outcome or _hand_nothing)
        job.outcomes.update(refused)
        try:
            job.work(requests_max or REQUESTS_MAX, bytes_max)
        # F1 interrupted: by whatever it is, and errors are no reason to cancel anything
        except BaseException as error:
            if isinstance(error, Exception) or on_interrupt == "detach":
                raise job.told(error) from None
            job.cancel()
        return Returned(outcomes=job.outcomes, cost_usd=cost_usd(job.outcomes.values()))


class Job:
    """One run: what is known so far."""

    def __init__(self, api: Api, journal: Journal, rows: Sequence[Row], hand: Callable[[str, Json], None]) -> None:
        self.outcomes: dict[str, Json] = {}
        self._api = api
        self._journal = journal
        self._rows = rows
        self._submission = Submission(api, journal, rows)
        self._hand = hand

    def work(self, requests_max: int, bytes_max: int) -> None:
        """Send what there is, and again what may go right another time; read what comes of it.

        Raises:
            BatchError: some of it could not be read.
        """
        open_rows = list(self._rows)
        # E2 bounded: a few attempts, and no more
        for attempt in range(1, ATTEMPTS_MAX + 1):
            self._send(attempt, open_rows, requests_max, bytes_max)
            self._collect([parcel for parcel in self._journal.parcels if parcel.attempt == attempt])
            # E2 retried: what has no outcome of its own yet
            open_rows = [row for row in open_rows if _is_retryable(self.outcomes.get(row.key, {}))]

    def _send(self, attempt: int, rows: Sequence[Row], requests_max: int, bytes_max: int) -> None:
        parcels = [parcel for parcel in self._journal.parcels if parcel.attempt == attempt]
        sent = {key for parcel in parcels for key in parcel.ids.values()}
        # B1 open: a create that was written down and never answered
        for parcel in parcels:
            if parcel.batch_id is None:
                self._submission.settle(parcel)
        # B3 each: is written down before the next is sent
        for group in split([row for row in rows if row.key not in sent], requests_max, bytes_max):
            self._submission.send(attempt, group)

    def _collect(self, parcels: Sequence[Parcel]) -> None:
        """Read all batches; those that cannot be read keep nobody from the others."""
        problems: list[str] = []
        for parcel in parcels:
            try:
                self.outcomes.update(self._outcomes(parcel))
            except BatchError as error:
                problems.append(str(error))
        # F1 problems: of all of them at once
        if problems:
            raise BatchError("; ".join(problems))

    def _outcomes(self, parcel: Parcel) -> dict[str, Json]:
        # H1 kept: of a batch that was read before, without a call
        kept = self._journal.outcomes(parcel)
        if kept is not None:
            return kept
        assert parcel.batch_id is not None
        # C1 wait: for one batch after the other; they go on together
        batch = ended(self._api, parcel.batch_id, self._submission.began(parcel.batch_id))
        outcomes = collected(self._api, batch, Reading(parcel.ids, self._handing(parcel)))
        # H1 durable: before anybody is told that it is done
        self._journal.keep(parcel, outcomes)
        return outcomes

    def _handing(self, parcel: Parcel) -> Callable[[str, Json], None]:
        def hand(key: str, outcome: Json) -> None:
            # E2 handed: once for each key, when it is final
            self.outcomes[key] = outcome
            if parcel.attempt == ATTEMPTS_MAX or not _is_retryable(outcome):
                self._hand(key, outcome)

        return hand

    def cancel(self) -> None:
        """Cancel what runs, wait for its end, and read what it came to; whatever was not sent is missing.

        Raises:
            BatchError: it could not be canceled, or not be read.
        """
        waiting = [parcel for parcel in self._journal.parcels if self._journal.outcomes(parcel) is None]
        try:
            failed = [
                parcel.batch_id for parcel in waiting if parcel.batch_id and not self._canceled(parcel.batch_id)
            ]
            # F1 read: canceling is not the end, and what was finished was paid for
            for parcel in waiting:
                if parcel.batch_id is None:
                    self._submission.settle(parcel, is_wanted=False)
            self._collect(self._journal.parcels)
        except BaseException as error:
            raise self.told(error) from None
        for row in self._rows:
            self.outcomes.setdefault(row.key, {"type": "missing"})
        # F1 failed: is told
        if failed:
            raise self.told(BatchError(f"not canceled: {failed}; they ran to their end, and were read"))

    def _canceled(self, batch_id: str) -> bool:
        """Cancel a batch, also if somebody is impatient meanwhile; tell whether it need not be done any more."""
        again: KeyboardInterrupt | None = None
        for failures in range(1, CANCELS_MAX + 1):
            try:
                answer = self._api.call("POST", f"{BATCHES}/{batch_id}/cancel")
                # F1 late: one that has ended needs no cancel
                if answer.status == 200 or answer.is_final or answer.status == 409:
                    break
                sleep_s(min(backoff_s(failures, answer.wait_s), 600.0))
            # F1 again: the second signal does not lose the batch
            except KeyboardInterrupt as error:
                again = error
        else:
            return False
        if again is not None:
            raise again
        return True

    def told(self, error: BaseException) -> BaseException:
        """Return an error with the batches and the outcomes that are known."""
        # F1 told: so that everything can be found again
        unknown = sum(parcel.batch_id is None for parcel in self._journal.parcels)
        if self._journal.parcels:
            error.add_note(
                f"its batches: {', '.join(self._journal.batch_ids)}; {unknown} creates without an answer"
            )
        vars(error)["outcomes"] = dict(self.outcomes)
        return error


def _hand_nothing(key: str, outcome: Json) -> None:
    """Nobody wants outcomes as they come."""


def _is_retryable(outcome: Json) -> bool:
    # E2 which: what expired, and what failed by itself; never what is wrong with a request
    if outcome.get("type") == "errored":
        return inner_error(outcome).get("type") in _RETRYABLE
    return outcome.get("type") == "expired"
