"""What the API would refuse of requests that have not been sent: at create, or as an errored row hours later.

Rows pass one by one; only a few bytes are kept of each, to tell ids that come twice. It does not know files, nor
how what it finds is shown.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from batchmock.errors import ApiError, ErrorType
from batchmock.limits import BODY_BYTES_MAX, REQUESTS_MAX
from batchmock.params.check import finder
from batchmock.params.terms import Terms
from batchmock.wire.request import parse_entry

# What a create body has beside its entries: {"requests":[]}, and a comma for each entry but the first.
ENVELOPE_BYTES = len(b'{"requests":[]}')


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a create body, as it would be sent, and where it stands."""

    line: int
    entry: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Something that the API would refuse.

    ``when``: *create* refuses the whole batch that the row is in, *row* only the row, after the batch has ended.
    ``path`` leads to it inside the row; ``message`` is the API's own.
    """

    line: int
    custom_id: str | None
    when: Literal["create", "row"]
    path: str
    type: ErrorType
    message: str


class Preflight:
    """Checks rows under the terms of the create call, and counts the batches they make if sent as they come."""

    def __init__(self, terms: Terms) -> None:
        self.rows = 0
        self.batches = 0
        self.size_bytes = 0
        self.defects = 0
        self._find = finder(terms)
        self._seen = _Seen()
        self._in_batch = 0
        self._batch_bytes = 0

    def check(self, rows: Iterable[Row]) -> Iterator[Defect]:
        """Yield what is wrong with rows, in their order."""
        for row in rows:
            self._count(len(row.entry))
            for defect in self._defects(row):
                self.defects += 1
                yield defect

    def _count(self, size: int) -> None:
        needed = size + 1
        is_full = self._in_batch == REQUESTS_MAX or self._batch_bytes + needed > BODY_BYTES_MAX + 1
        if not self.batches or is_full:
            self.batches += 1
            self._in_batch, self._batch_bytes = 0, ENVELOPE_BYTES
        self.rows += 1
        self.size_bytes += size
        self._in_batch += 1
        self._batch_bytes += needed

    def _defects(self, row: Row) -> Iterator[Defect]:
        if ENVELOPE_BYTES + len(row.entry) > BODY_BYTES_MAX:
            yield _at_create(row, None, "", "request_too_large", "Request exceeds the maximum size")
        within = f"requests.{self._in_batch - 1}"
        try:
            request = parse_entry(row.entry, self._in_batch - 1)
        except ApiError as error:
            path, separator, _ = error.message.partition(": ")
            inside = path.removeprefix(within).lstrip(".") if separator and path.startswith(within) else ""
            yield _at_create(row, None, inside, error.error_type, error.message)
            return
        if (first := self._seen.line_of(request.custom_id, row.line)) is not None:
            message = (
                "requests: custom_id's must be unique within a batch. Duplicate custom_id found: "
                f"{request.custom_id} (also in line {first})"
            )
            yield _at_create(row, request.custom_id, "custom_id", "invalid_request_error", message)
        if finding := self._find(request.params):
            yield Defect(
                line=row.line,
                custom_id=request.custom_id,
                when="row",
                path=f"params.{finding.path}" if finding.path else "params",
                type=finding.type,
                message=finding.message,
            )


def _at_create(row: Row, custom_id: str | None, path: str, error_type: ErrorType, message: str) -> Defect:
    return Defect(line=row.line, custom_id=custom_id, when="create", path=path, type=error_type, message=message)


class _Seen:
    """Ids and the lines they came in, 24 to 48 bytes each whatever their length: an open table of digests."""

    def __init__(self) -> None:
        self._digests = array("Q", bytes(8 * 1_024))
        self._lines = array("Q", bytes(8 * 1_024))
        self._count = 0

    def line_of(self, custom_id: str, line: int) -> int | None:
        """Return the line in which an id came before, or None and remember it."""
        digest = int.from_bytes(blake2b(custom_id.encode(), digest_size=8).digest(), "little") or 1
        place = self._place(digest)
        if self._digests[place]:
            return self._lines[place]
        self._digests[place], self._lines[place] = digest, line
        self._count += 1
        if self._count * 2 > len(self._digests):
            self._grow()
        return None

    def _place(self, digest: int) -> int:
        mask = len(self._digests) - 1
        place = digest & mask
        while self._digests[place] not in (0, digest):
            place = place + 1 & mask
        return place

    def _grow(self) -> None:
        digests, lines = self._digests, self._lines
        self._digests = array("Q", bytes(16 * len(digests)))
        self._lines = array("Q", bytes(16 * len(digests)))
        for digest, line in zip(digests, lines, strict=True):
            if digest:
                place = self._place(digest)
                self._digests[place], self._lines[place] = digest, line
