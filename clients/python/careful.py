"""What a careful program decides on its way through a batch, for ``hardened.py`` and ``hardened_async.py``.

It asks nobody and waits for nothing.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

# A look each minute, and in the long run each tenth of the time that has passed, but every ten minutes.
POLL_S, POLL_S_MAX = 60.0, 600.0
# A batch expires 24 hours after it was made.
PATIENCE_S = 26 * 3600.0
# For a moment the API may not know what it has made.
GRACE_S = 300.0
BACKOFF_S = (5.0, 30.0, 120.0, 300.0)


class BatchError(Exception):
    """A batch that did not come to its end here; the message says what is known of it."""


@dataclass(frozen=True)
class Answer:
    """An answer of the API, whatever its status; a status of 0 is none at all."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.status} {self.body[:200]!r}" if self.status else "there was no answer"

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object that it is, if it is one."""
        try:
            document: object = json.loads(self.body) if self.status == 200 else None
        except ValueError:
            return {}
        return cast("dict[str, Any]", document) if isinstance(document, dict) else {}

    @property
    def retry_after_s(self) -> float:
        """How long it wants to be left alone."""
        value = self.headers.get("retry-after", "")
        try:
            seconds = float(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return 0.0
        return min(max(0.0, seconds), PATIENCE_S)


def unsendable(params: dict[str, Any]) -> Exception | None:
    """Return why a request cannot be sent, if it cannot."""
    try:
        json.dumps(params, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        return error
    return None


def made(answer: Answer, attempt: int) -> str | float:
    """Return the id of the batch that a create made, or how long to wait before another."""
    if isinstance(batch_id := answer.document.get("id"), str):
        return batch_id
    # Only what was refused in so many words was not made, and only what passes is worth another try.
    if answer.status in (0, 200, 500, 502, 503, 504):
        raise BatchError(f"a batch may have been made, and be running; look for it in the list: {answer}")
    if (answer.status != 529 and "retry-after" not in answer.headers) or attempt >= len(BACKOFF_S):
        raise BatchError(f"no batch was made: {answer}")
    return max(BACKOFF_S[attempt], answer.retry_after_s)


def ended(answer: Answer, batch_id: str, waited_s: float, unseen_s: float) -> dict[str, Any] | float:
    """Return a batch if it has ended, or how long to wait before the next look."""
    batch = answer.document
    if batch.get("processing_status") == "ended":
        return batch
    if answer.status in (400, 401, 403) or (answer.status == 404 and unseen_s > GRACE_S):
        raise BatchError(f"{batch_id} is running, and cannot be asked for: {answer}")
    if waited_s > PATIENCE_S:
        raise BatchError(f"{batch_id} has not ended in {PATIENCE_S / 3600:g} hours; look again later")
    return max(POLL_S, min(waited_s / 10, POLL_S_MAX), answer.retry_after_s)


def results_url(batch: dict[str, Any], base_url: str) -> str:
    """Return where a batch's results are, if the credential may go there."""
    url = urljoin(base_url, batch.get("results_url") or f"/v1/messages/batches/{batch['id']}/results")
    if urlsplit(url)[:2] != urlsplit(base_url)[:2]:
        raise BatchError(f"{batch['id']} has its results at {url}, where the credential must not go")
    return url


def rows(answer: Answer, ours: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield what a results file says of our requests; of two lines for one the first comes last, and so counts."""
    for line in reversed(answer.body.removeprefix(b"\xef\xbb\xbf").split(b"\n") if answer.status == 200 else []):
        try:
            row = json.loads(line)
            if row["custom_id"] in ours and isinstance(row["result"]["type"], str):
                yield row["custom_id"], row["result"]
        except (ValueError, KeyError, TypeError):
            # Blank, torn or strange: what is missing for it is downloaded again.
            continue
