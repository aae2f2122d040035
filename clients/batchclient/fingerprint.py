"""A digest of everything that makes a run this run and no other: its requests in order, and where they go.

So answers of yesterday are never joined to the prompts of today (docs/clients.md J12). It does not know the
journal.
"""

from collections.abc import Sequence
from hashlib import blake2b

_DIGEST_BYTES = 20


class Fingerprint:
    """Grows with each request; equal only for equal requests in equal order to an equal place."""

    def __init__(self, base_url: str, betas: Sequence[str]) -> None:
        self._hash = blake2b(digest_size=_DIGEST_BYTES)
        for part in (base_url, str(len(betas)), *betas):
            self._add(part.encode())

    def add(self, key: bytes, params: bytes) -> None:
        """Take the next request in."""
        self._add(key)
        self._add(params)

    def text(self) -> str:
        """Return the digest of what was taken in so far."""
        return self._hash.hexdigest()

    def _add(self, part: bytes) -> None:
        # With its length: no two sequences of parts run together into the same bytes.
        self._hash.update(len(part).to_bytes(8, "big"))
        self._hash.update(part)
