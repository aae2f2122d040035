"""Making batches: a create is written down before and after, and never repeated unless it surely made nothing.

It does not know results, but for the ids in them.
"""

import time
from collections.abc import Iterator, Sequence

from batchproof.zoo.base.calls import BATCHES, Answer, Api, backoff_s, sleep_s
from batchproof.zoo.base.errors import BatchError, UnreadError
from batchproof.zoo.base.journal import Journal, Parcel
from batchproof.zoo.base.results import DOWNLOADS_MAX, rows_of
from batchproof.zoo.base.rows import Json, Row, create_body
from batchproof.zoo.base.waiting import DEADLINE_S, ended

CREATES_MAX = 8
# How often a list is read before a batch that is not in it was never made, and how long that takes at least.
LOOKS = 5
LOOK_S = 30.0
LISTS_MAX = 20
PAGE = 20
# Refused before anything was stored.
_CLEAR = (429, 503)


class Submission:
    """Sends one run's rows, and knows when each batch was made, by the monotonic clock."""

    def __init__(self, api: Api, journal: Journal, rows: Sequence[Row]) -> None:
        self._api = api
        self._journal = journal
        self._rows = {row.key: row for row in rows}
        self._began = time.monotonic()
        self._made: dict[str, float] = {}
        self._strangers = set[str]()

    def began(self, batch_id: str) -> float:
        """Return when a batch was made, or when this process began to look after it."""
        return self._made.get(batch_id, self._began)

    def send(self, attempt: int, group: Sequence[Row]) -> None:
        """Make a batch of some rows.

        Raises:
            BatchError: it was refused, or nobody knows.
        """
        ids = {row.custom_id(self._journal.nonce, attempt): row.key for row in group}
        self._post(self._journal.intend(attempt, ids))

    def settle(self, parcel: Parcel, *, is_wanted: bool = True) -> None:
        """Find out what became of a create that was not answered; if it made nothing, make it, or forget it."""
        batch_id = self._found(parcel)
        if batch_id is not None:
            self._journal.submitted(parcel, batch_id)
        elif is_wanted:
            self._post(parcel)
        else:
            self._journal.withdraw(parcel)

    def _post(self, parcel: Parcel) -> None:
        # B2 body: made once, so that all tries are alike
        rows = [self._rows[key] for key in parcel.ids.values()]
        body = create_body(rows, parcel.ids)
        # B2 betas: one header for all of its requests
        betas = sorted({beta for row in rows for beta in row.betas})
        answer = Answer(0, {})
        for failures in range(1, CREATES_MAX + 1):
            # B2 create: once, unless it surely made nothing
            answer = self._api.call("POST", BATCHES, body=body, betas=betas)
            batch_id = answer.body.get("id") if answer.status == 200 else None
            # B2 unclear: whoever does not know whether a batch was made looks for it
            if not isinstance(batch_id, str) and not self._is_refused(parcel, answer):
                batch_id = self._found(parcel)
            if isinstance(batch_id, str):
                self._made[batch_id] = time.monotonic()
                self._journal.submitted(parcel, batch_id)
                return
            self._pause(parcel, answer, failures)
        raise self._refusal(parcel, answer)

    def _is_refused(self, parcel: Parcel, answer: Answer) -> bool:
        # B2 final: what is refused for good is not sent again
        if answer.is_final or answer.status == 404:
            raise self._refusal(parcel, answer)
        # B2 clear: nothing was stored
        return answer.is_unsent or answer.status in _CLEAR

    def _pause(self, parcel: Parcel, answer: Answer, failures: int) -> None:
        # B2 pause: as long as it says, unless that is longer than a batch may take
        if (answer.wait_s or 0.0) > DEADLINE_S:
            raise self._refusal(parcel, answer)
        sleep_s(backoff_s(failures, answer.wait_s))

    def _refusal(self, parcel: Parcel, answer: Answer) -> BatchError:
        self._journal.withdraw(parcel)
        keys = ", ".join(map(repr, list(parcel.ids.values())[:5]))
        return BatchError(f"the API refuses {len(parcel.ids)} requests, of {keys} and so on: {answer}")

    def _found(self, parcel: Parcel) -> str | None:
        """Return the batch that a create made, by the ids in its results; None if it made none.

        Raises:
            BatchError: there is a batch of which nobody can tell.
        """
        for _ in range(LOOKS):
            # B2 look: until it would surely be seen
            for batch_id in self._listed():
                if batch_id in self._strangers or batch_id in self._journal.batch_ids:
                    continue
                if self._is_ours(batch_id, parcel):
                    return batch_id
                self._strangers.add(batch_id)
            sleep_s(LOOK_S)
        return None

    def _listed(self) -> Iterator[str]:
        """Yield all batches of the account, the newest first, each once."""
        seen = set[str]()
        after = ""
        while True:
            page = self._page(after)
            new = [batch["id"] for batch in page["data"] if batch["id"] not in seen]
            seen.update(new)
            yield from new
            # B2 pages: to the last, and to no page twice
            if not page.get("has_more") or not new:
                return
            after = f"&after_id={page.get('last_id') or new[-1]}"

    def _page(self, after: str) -> Json:
        answer = Answer(0, {})
        for failures in range(1, LISTS_MAX + 1):
            answer = self._api.call("GET", f"{BATCHES}?limit={PAGE}{after}")
            if answer.status == 200 and isinstance(answer.body.get("data"), list):
                return answer.body
            if answer.is_final:
                break
            sleep_s(min(backoff_s(failures, answer.wait_s), DEADLINE_S))
        raise BatchError(
            f"a create was not answered, and batches cannot be listed ({answer}); nothing is sent again"
        )

    def _is_ours(self, batch_id: str, parcel: Parcel) -> bool:
        batch = ended(self._api, batch_id, time.monotonic())
        cause = UnreadError("")
        for failures in range(1, DOWNLOADS_MAX + 1):
            if batch.get("archived_at"):
                return False
            try:
                # B2 ours: by the nonce in its ids, which no other batch has
                return any(
                    row is not None and row.get("custom_id") in parcel.ids for row in rows_of(self._api, batch)
                )
            except UnreadError as error:
                cause = error
            sleep_s(backoff_s(failures, cause.wait_s))
        raise BatchError(f"{batch_id} may be what an unanswered create made, and cannot be read: {cause}")
