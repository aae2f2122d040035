"""The digest of a request's body, worked out in slices and at leisure: a large body takes a third of a second.

A body is held until then, so whoever holds digests sees to it that few are waiting. It does not know what bodies
say.
"""

from hashlib import sha256
from threading import Lock

# A millisecond of work.
SLICE_BYTES = 1_000_000
# Below this it costs less to do it at once than to hold the body.
AT_ONCE_BYTES_MAX = 64 * 1024


class Digest:
    """The SHA-256 of a body, which must not change any more; several callers may share the work."""

    __slots__ = ("_done", "_hash", "_lock", "_rest", "size_bytes")

    def __init__(self, body: bytes | bytearray) -> None:
        self.size_bytes = len(body)
        self._hash = sha256()
        self._rest: memoryview | None = memoryview(body)
        self._done = 0
        self._lock = Lock()

    def work(self) -> bool:
        """Digest the next slice; tell whether there are more."""
        with self._lock:
            if self._rest is None:
                return False
            self._hash.update(self._rest[self._done : self._done + SLICE_BYTES])
            self._done += SLICE_BYTES
            if self._done >= self.size_bytes:
                self._rest = None
            return self._rest is not None

    def hexadecimal(self) -> str:
        """Return it; does what nobody has done yet."""
        while self.work():
            pass
        return self._hash.hexdigest()


class LargeBodies:
    """Sees to it that at most one large body is held for nothing but its digest."""

    def __init__(self) -> None:
        self._last: Digest | None = None
        self._lock = Lock()

    def take(self, body: Digest) -> Digest | None:
        """Take the next one; return the one before, whose work is to be done first."""
        with self._lock:
            before, self._last = self._last, body
            return before
