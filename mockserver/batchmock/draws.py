"""Seeded numbers and identifiers: pure functions of a seed and a name.

The same seed and name give the same draw on every machine and every Python, whatever was drawn before; that is
why removing one request from a batch leaves the others alone. It does not know what the draws decide.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from hashlib import blake2b

# A base58-like alphabet, as ids of recordings show it: no 0, O, I or l.
ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_BYTES = bytes(ALPHABET[value % len(ALPHABET)] for value in range(256))
_UNIT = 2.0**-64


class Draws:
    """A family of draws: one seed and one purpose, then any names."""

    __slots__ = ("_key",)

    def __init__(self, seed: int | str, purpose: str) -> None:
        self._key = blake2b(f"{purpose}\0{seed}".encode(), digest_size=32).digest()

    def unit(self, name: str) -> float:
        """Return a number in [0, 1)."""
        digest = blake2b(name.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "little") * _UNIT

    def identifier(self, prefix: str, name: str, *, length: int = 24) -> str:
        """Return ``prefix`` and as many characters as make ``length`` after its last underscore."""
        missing = length - (len(prefix) - prefix.rindex("_") - 1)
        digest = blake2b(name.encode(), digest_size=missing, key=self._key).digest()
        return prefix + digest.translate(_ID_BYTES).decode("ascii")

    def integers(self, names: Iterable[str], *, each: int) -> array[int]:
        """Return ``each`` (at most 8) whole numbers in [0, 2**64) for every name, one name after the other."""
        key, size = self._key, 8 * each
        drawn = array("Q")
        drawn.frombytes(b"".join([blake2b(name.encode(), digest_size=size, key=key).digest() for name in names]))
        if sys.byteorder == "big":
            drawn.byteswap()
        return drawn
