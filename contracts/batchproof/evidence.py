"""What the tape of an observation proves: what was sent for each key, and what was served for it.

Read from bytes alone, never from how the emulator came to them. It does not know what clients should do.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from batchproof.documents import Json, as_list, as_object
from batchproof.observation import Observation
from batchproof.staging import Given, given
from batchproof.tape import Exchange, Operation


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of a create call as it was sent."""

    custom_id: str
    params: Json


@dataclass(frozen=True, slots=True)
class Create:
    """A create call: its requests if they can be read, and the batch if the client was told of one."""

    exchange: Exchange
    requests: tuple[Sent, ...]
    batch_id: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a results file as it was served; ``row`` is None for what is no JSON object."""

    raw: bytes
    row: Json | None

    @property
    def custom_id(self) -> str | None:
        """Whose line it is, if it says so."""
        found = None if self.row is None else self.row.get("custom_id")
        return found if isinstance(found, str) else None

    @property
    def result(self) -> Json:
        """Its result; empty if it has none."""
        return {} if self.row is None else as_object(self.row.get("result"))


@dataclass(frozen=True, slots=True)
class Download:
    """A results file as it was served, once: all lines of it, and whether it was served to its end."""

    exchange: Exchange
    batch_id: str
    lines: tuple[Line, ...]


class Evidence:
    """The tape of an observation, read."""

    def __init__(self, seen: Observation) -> None:
        self.seen = seen

    @cached_property
    def asked(self) -> Given:
        """What the last life was called with."""
        return given(self.seen.plan, len(self.seen.plan.lives) - 1)

    def calls(self, *operations: Operation) -> Sequence[Exchange]:
        """Return the client's exchanges of some operations, in order."""
        return [one for one in self.by_client if one.operation in operations]

    @cached_property
    def by_client(self) -> Sequence[Exchange]:
        """All exchanges of the client."""
        return [one for one in self.seen.tape if one.actor == "client"]

    @cached_property
    def creates(self) -> Sequence[Create]:
        """All create calls of the client."""
        return [_create(one) for one in self.calls("create")]

    @cached_property
    def downloads(self) -> Sequence[Download]:
        """All results files that the client got any of."""
        found = (_download(one) for one in self.calls("results") if one.status == 200)
        return [one for one in found if one is not None]

    @cached_property
    def batch_ids(self) -> Sequence[str]:
        """The batches that the client was told it made, in order."""
        return [one.batch_id for one in self.creates if one.batch_id]

    def sent_for(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield where a key's request, as the last life asks it, was accepted: batch id and custom_id."""
        request = next(one for one in self.asked.requests if one.key == key)
        for create in self.creates:
            for sent in create.requests:
                if _is_same(sent.params, request.params):
                    yield from ((batch_id, sent.custom_id) for batch_id in self._batches_of(create))

    def _batches_of(self, create: Create) -> Sequence[str]:
        """Return the batch that a create made; if its answer was lost, those that the client found for it."""
        if create.batch_id:
            return [create.batch_id]
        ids = {sent.custom_id for sent in create.requests}
        found = (one for one in self.downloads if one.batch_id not in self.batch_ids)
        return list(
            dict.fromkeys(one.batch_id for one in found if any(line.custom_id in ids for line in one.lines))
        )

    def served_for(self, key: str) -> Sequence[Sequence[Sequence[Line]]]:
        """Return the lines that were served for a key, by batch, by download, without the empty ones."""
        found = (self._lines.get(place) for place in dict.fromkeys(self.sent_for(key)))
        return [list(downloads.values()) for downloads in found if downloads]

    @cached_property
    def _lines(self) -> Mapping[tuple[str, str], Mapping[int, Sequence[Line]]]:
        found: dict[tuple[str, str], dict[int, list[Line]]] = {}
        for number, download in enumerate(self.downloads):
            for line in download.lines:
                if line.custom_id is not None:
                    place = found.setdefault((download.batch_id, line.custom_id), {})
                    place.setdefault(number, []).append(line)
        return found


def unpacked(exchange: Exchange) -> bytes:
    """Return what was answered as it was before it was packed, as far as it goes."""
    if exchange.answer_headers.get("content-encoding") != "gzip":
        return exchange.answer
    try:
        return zlib.decompressobj(wbits=31).decompress(exchange.answer)
    except zlib.error:
        return b""


def _create(exchange: Exchange) -> Create:
    body = _object(exchange.body)
    sent = tuple(map(_sent, as_list(body.get("requests"))))
    told = _object(unpacked(exchange)) if exchange.status == 200 and exchange.is_whole else {}
    batch_id = told.get("id")
    return Create(exchange, sent, batch_id if isinstance(batch_id, str) else None)


def _sent(request: object) -> Sent:
    found = as_object(request)
    return Sent(str(found.get("custom_id")), as_object(found.get("params")))


def _download(exchange: Exchange) -> Download | None:
    if exchange.batch_id is None:
        return None
    body = unpacked(exchange).removeprefix(b"\xef\xbb\xbf")
    lines = [raw.removesuffix(b"\r") for raw in body.split(b"\n")]
    return Download(
        exchange, exchange.batch_id, tuple(Line(raw, _object(raw) or None) for raw in lines if raw.strip())
    )


def _object(raw: bytes) -> Json:
    try:
        return as_object(json.loads(raw))
    except (ValueError, RecursionError):
        return {}


def _is_same(sent: Json, params: Json) -> bool:
    """Tell whether what was sent is what was asked for; a client may add to it."""
    return all(name in sent and sent[name] == value for name, value in params.items())
