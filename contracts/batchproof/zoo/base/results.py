"""Reading a results file: bytes to rows, rows to outcomes, and again until none is missing.

It does not know how the batch came about.
"""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, NoReturn, cast

from batchproof.zoo.base.calls import BATCHES, Api, backoff_s, retry_after_s, sleep_s
from batchproof.zoo.base.errors import BatchError, UnreadError
from batchproof.zoo.base.rows import Json

DOWNLOADS_MAX = 7
_FINAL = (400, 401, 402, 403)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def jsonl(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file that comes in pieces, however it is cut; in a time that grows as its length."""
    pending: list[bytes] = []
    at_start = True
    for piece in pieces:
        # D3 lines: LF alone ends one, and bytes are decoded when a line is whole
        *ended, rest = piece.split(b"\n")
        for line in ended:
            yield _trimmed(b"".join([*pending, line]), at_start)
            pending, at_start = [], False
        pending.append(rest)
    # D3 last: without a line end it is a line all the same
    yield _trimmed(b"".join(pending), at_start)


def _trimmed(line: bytes, is_first: bool) -> bytes:
    # D3 trim: a CR before the LF, and a byte order mark
    return (line.removeprefix(_BYTE_ORDER_MARK) if is_first else line).strip(b" \t\r")


def rows_of(api: Api, batch: Json) -> Generator[Json | None]:
    """Yield the rows of a batch's results as they come, and None for a line that is none.

    Raises:
        UnreadError: they cannot be had this time.
        BatchError: they never can.
    """
    # D2 archived: gone for good, which is not the same as empty
    if batch.get("archived_at"):
        raise BatchError(f"the results of {batch['id']} were archived at {batch['archived_at']} and are gone")
    # D2 where: wherever the batch says
    location = batch.get("results_url")
    if not isinstance(location, str) or not location:
        raise UnreadError("it names no results_url")
    with api.download(location) as response:
        # D2 status: by this and by the shape of lines, never by the content type
        if response.status_code in _FINAL:
            raise BatchError(f"{batch['id']} has ended, and its results are refused: {response.status_code}")
        if response.status_code != 200:
            raise UnreadError(f"status {response.status_code}", retry_after_s(response.headers) or 0.0)
        for line in jsonl(response.iter_bytes()):
            # D3 blank: is nothing
            if line:
                yield _row(line)


def _row(line: bytes) -> Json | None:
    """Return the row in a line; None if it is no row at all."""
    try:
        row = json.loads(line.decode(), parse_constant=_refuse)
    # D3 malformed: told, not skipped
    except (ValueError, RecursionError):
        return None
    return cast(Json, row) if isinstance(row, dict) and ("custom_id" in row or "result" in row) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


class Reading:
    """What is known of one batch's results, over all downloads of them.

    ``found``: by id, what a row says. ``odd``: what it says that makes no sense. ``ids``: the key for each id.
    """

    def __init__(self, ids: Mapping[str, str], hand: Callable[[str, Json], None]) -> None:
        self.ids = ids
        self.found: dict[str, Json] = {}
        self.odd: dict[str, Any] = {}
        self.strangers = 0
        self._hand = hand

    def take(self, row: Json) -> None:
        """Take a row as it comes."""
        custom_id = row.get("custom_id")
        # D4 join: by the whole id, as the string that it is
        key = self.ids.get(custom_id) if isinstance(custom_id, str) else None
        if key is None or not isinstance(custom_id, str):
            self.strangers += 1
            return
        result = row.get("result")
        # D5 twice: it counts once; two that differ are not chosen from
        if custom_id in self.found:
            if self.found[custom_id] != classified(result):
                self.found[custom_id] = {"type": "unknown", "raw": [self.found[custom_id], result]}
            return
        outcome = classified(result)
        if outcome is None:
            self.odd[custom_id] = result
            return
        # D6 classified: and handed on as it comes
        self.found[custom_id] = outcome
        self._hand(key, outcome)

    @property
    def is_complete(self) -> bool:
        """Whether each id has its row."""
        # D7 complete: by the ids that were sent, not by any count
        return len(self.found) == len(self.ids)

    def outcomes(self) -> dict[str, Json]:
        """Return an outcome for each key, whatever came."""
        outcomes = {self.ids[custom_id]: outcome for custom_id, outcome in self.found.items()}
        for custom_id, key in self.ids.items():
            if custom_id in self.found:
                continue
            # E1 missing: never without a word
            outcomes[key] = {"type": "missing"}
            if custom_id in self.odd:
                outcomes[key] = {"type": "unknown", "raw": self.odd[custom_id]}
        return outcomes


def classified(result: Any) -> Json | None:
    """Return the outcome that a result says, by its word for it; None if it makes no sense."""
    if not isinstance(result, dict):
        return None
    told = cast(Json, result)
    kind = told.get("type")
    # D6 succeeded: the message as a whole
    if kind == "succeeded":
        return told if isinstance(told.get("message"), dict) else None
    # D6 errored: with the error inside its envelope
    if kind == "errored":
        return told if inner_error(told) else None
    # D6 unknown: kept as it is, and never taken for another
    if kind not in ("canceled", "expired"):
        return {"type": "unknown", "raw": told} if isinstance(kind, str) else None
    return told


def inner_error(result: Json) -> Json:
    """Return the error itself, with its type and message."""
    # D6 level: the outer one is the envelope, whose type is always "error"
    envelope = result.get("error")
    error = cast(Json, envelope).get("error") if isinstance(envelope, dict) else None
    return cast(Json, error) if isinstance(error, dict) else {}


def collected(api: Api, batch: Json, reading: Reading) -> dict[str, Json]:
    """Return the outcomes of a batch that has ended, downloaded as often as it takes, within bounds.

    Raises:
        BatchError: its results could not be read.
    """
    cause = ""
    # D1 attempts: a download that breaks off is begun again, a few times
    for attempt in range(1, DOWNLOADS_MAX + 1):
        if attempt > 1:
            batch = _again(api, batch)
        try:
            malformed = 0
            for row in rows_of(api, batch):
                if row is None:
                    malformed += 1
                    continue
                reading.take(row)
            # D7 enough: a whole file may lack rows all the same
            if reading.is_complete:
                return reading.outcomes()
            cause, wait_s = f"{malformed} lines are no rows" if malformed else "", 0.0
        # D1 broken: on its way, or refused for now
        except UnreadError as error:
            cause, wait_s = str(error), error.wait_s
        # D1 backoff: and not right away
        sleep_s(min(backoff_s(attempt, wait_s), 3600.0))
    # D1 given up: ended, and unread, is neither a timeout nor an empty success
    if cause and not reading.found:
        keys = ", ".join(map(repr, list(reading.ids.values())[:50]))
        raise BatchError(f"{batch['id']} has ended, and its results could not be read ({cause}): {keys}")
    return reading.outcomes()


def _again(api: Api, batch: Json) -> Json:
    """Return the batch as it is now; where its results are may have changed."""
    answer = api.call("GET", f"{BATCHES}/{batch['id']}")
    return answer.body if answer.status == 200 and answer.body.get("id") == batch["id"] else batch
