"""Requests → parcels, each small enough to be one batch.

By count and by the bytes that are really sent (docs/clients.md S6). It does not know what the bytes say.
"""

from dataclasses import dataclass

from batchclient.ids import NONCE_LENGTH

# Documented limits: 100,000 requests and 256 MB a batch
# (https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08).
REQUESTS_MAX = 100_000
# Bytes are counted exactly, so the margin is only for what a proxy on the way may add or count otherwise.
BYTES_MAX = 250_000_000

HEAD, TAIL, COMMA = b'{"requests":[', b"]}", b","
_ENTRY_BYTES = len(b'{"custom_id":"-","params":}') + NONCE_LENGTH


def entry(custom_id: str, params: bytes) -> bytes:
    """Return one request as it stands in the body of a create."""
    return b'{"custom_id":"%b","params":%b}' % (custom_id.encode("ascii"), params)


def entry_size(number: int, params_size: int) -> int:
    """Return the length of a request's entry."""
    return _ENTRY_BYTES + len(str(number)) + params_size


@dataclass(frozen=True, slots=True)
class Limits:
    """What one batch may hold."""

    requests_max: int = REQUESTS_MAX
    bytes_max: int = BYTES_MAX

    def admits(self, size: int) -> bool:
        """Tell whether an entry of this size can be in any batch at all."""
        return len(HEAD) + size + len(TAIL) <= self.bytes_max


class Splitter:
    """Fills parcels one after the other, in the order of the requests."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._count = 0
        self._size = 0

    def begins_another(self, size: int) -> bool:
        """Take an entry that the limits admit; tell whether it is the first of a new parcel."""
        grown = self._size + len(COMMA) + size
        if self._count and self._count < self._limits.requests_max and grown <= self._limits.bytes_max:
            self._count, self._size = self._count + 1, grown
            return False
        self._count, self._size = 1, len(HEAD) + size + len(TAIL)
        return True
