"""Requests as they can be sent: under which ids, in which batches, and which of them not at all.

It does not know the network.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from batchproof.zoo.base.errors import BatchError

Json = dict[str, Any]

# What one create may hold. Source: https://docs.anthropic.com/en/docs/build-with-claude/batch-processing, 2026-08.
REQUESTS_MAX = 100_000
BYTES_MAX = 256_000_000
NONCE_LENGTH = 16
_ENVELOPE = len('{"requests":[]}')


@dataclass(frozen=True, slots=True)
class Row:
    """One request: its number in the run, the user's key for it, and its params as they are sent."""

    number: int
    key: str
    params: bytes
    betas: tuple[str, ...]

    def custom_id(self, nonce: str, attempt: int) -> str:
        """Return an id that no other request of any run has, whatever the keys look like."""
        # A1 ids: legal, injective, and of this run alone
        return f"{nonce}-{attempt}-{self.number}"

    def body(self, custom_id: str) -> bytes:
        """Return what it is in the body of a create."""
        return b'{"custom_id":"%s","params":%s}' % (custom_id.encode(), self.params)

    @property
    def size_bytes(self) -> int:
        """How much of a create it takes; ids of all attempts are equally long."""
        # A2 size: of bytes as they are sent, with what is around them
        return len(self.body(self.custom_id("x" * NONCE_LENGTH, 1))) + len(",")


def read(
    requests: Sequence[Mapping[str, Any]], betas: Mapping[str, Sequence[str]], bytes_max: int
) -> tuple[list[Row], dict[str, Json]]:
    """Return the rows that can be sent, and the outcomes of those that cannot.

    Raises:
        BatchError: two requests have the same key.
    """
    rows: list[Row] = []
    refused: dict[str, Json] = {}
    seen = set[str]()
    for number, request in enumerate(requests):
        key = request["custom_id"]
        # A1 twice: before anything is sent
        if key in seen:
            raise BatchError(f"two requests have the key {key!r}; give each a key of its own")
        seen.add(key)
        try:
            row = Row(number, key, _encoded(request["params"]), tuple(betas.get(key, ())))
            # A3 alone: one row that is too large is refused by itself
            if _ENVELOPE + row.size_bytes - len(",") > bytes_max:
                raise ValueError(f"it takes {row.size_bytes} bytes, and a batch at most {bytes_max}")
            rows.append(row)
        except (ValueError, TypeError, RecursionError) as error:
            refused[key] = failed("unsendable_request", str(error))
    return rows, refused


def _encoded(params: Mapping[str, Any]) -> bytes:
    """Return params as they are sent.

    Raises:
        ValueError, TypeError, RecursionError: they cannot be.
    """
    # A3 known: what a batch is documented to refuse of every row
    if params.get("stream"):
        raise ValueError("stream is true, and a batch does not stream")
    if isinstance(params.get("max_tokens"), int) and params["max_tokens"] < 1:
        raise ValueError(f"max_tokens is {params['max_tokens']}; it is at least 1")
    # A3 strict: no NaN, no lone surrogate, nothing that is no JSON
    return json.dumps(params, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def failed(error_type: str, message: str) -> Json:
    """Return an outcome of our own making, in the form of the API's."""
    return {"type": "errored", "error": {"type": "error", "error": {"type": error_type, "message": message}}}


def split(rows: Iterable[Row], requests_max: int, bytes_max: int) -> Iterator[list[Row]]:
    """Yield groups of rows, each as large as one create may be, and none empty."""
    group: list[Row] = []
    size = _ENVELOPE
    for row in rows:
        # A2 full: by count and by bytes; the last row has no comma
        if group and (len(group) == requests_max or size + row.size_bytes - len(",") > bytes_max):
            yield group
            group, size = [], _ENVELOPE
        group.append(row)
        size += row.size_bytes
    # A2 last: no rows, no create
    if group:
        yield group


def create_body(rows: Iterable[Row], ids: Mapping[str, str]) -> bytes:
    """Return the body of a create; the same for the same rows and ids, however often it is asked for."""
    custom_ids = {key: custom_id for custom_id, key in ids.items()}
    return b'{"requests":[%s]}' % b",".join(row.body(custom_ids[row.key]) for row in rows)


def fingerprint(rows: Iterable[Row], refused: Iterable[str], account: str, base_url: str) -> str:
    """Return what is the same for the same requests in the same order, by one account, to one place."""
    # B1 fingerprint: each part with its length, so that no two sequences of parts run together
    digest = sha256(repr((account, base_url, list(refused))).encode())
    for row in rows:
        digest.update(repr((row.key, row.params, row.betas)).encode())
    return digest.hexdigest()
