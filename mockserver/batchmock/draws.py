"""Seeded numbers and identifiers: pure functions of a seed and a name.

The same seed and name give the same draw on every machine and every Python, whatever was drawn before; that is
why removing one request from a batch leaves the others alone. It does not know what the draws decide.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, shake_128
from typing import TypeVar

from xxhash import xxh3_128_digest

T = TypeVar("T")

# A base58-like alphabet, as ids of recordings show it: no 0, O, I or l.
ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_BYTES = bytes(ALPHABET[value % len(ALPHABET)] for value in range(256))
_UNIT = 2.0**-64
# After the underscore of every prefix, in every recording.
ID_CHARS = 24
# A byte each of what one call draws.
OWN_ID_CHARS = 16
IDS_AT_ONCE = 64


class Draws:
    """A family of draws: one seed and one purpose, then any names."""

    __slots__ = ("_salt",)

    def __init__(self, seed: int, purpose: str) -> None:
        self._salt = _salt(seed, purpose)

    def unit(self, name: str) -> float:
        """Return a number in [0, 1)."""
        digest = blake2b(name.encode(), digest_size=8, salt=self._salt).digest()
        return int.from_bytes(digest, "little") * _UNIT

    def integers(self, names: Iterable[str], *, each: int) -> array[int]:
        """Return ``each`` (at most 8) whole numbers in [0, 2**64) for every name, one name after the other."""
        # Copied rather than begun anew for each: that is most of what a short name costs.
        begun = blake2b(digest_size=8 * each, salt=self._salt).copy
        drawn = array("Q")
        for name in names:
            digest = begun()
            digest.update(name.encode())
            drawn.frombytes(digest.digest())
        if sys.byteorder == "big":
            drawn.byteswap()
        return drawn


class Stream:
    """Draws without end for one name, one after the other."""

    __slots__ = ("_at", "_block", "_name", "_number", "_salt")

    def __init__(self, seed: int, purpose: str, name: str) -> None:
        self._salt = _salt(seed, purpose)
        self._name = name.encode()
        self._number = 0
        self._block = b""
        self._at = 0

    def integer(self) -> int:
        """Return the next whole number in [0, 2**64)."""
        if self._at == len(self._block):
            digest = blake2b(self._name, salt=self._salt, person=self._number.to_bytes(8, "little"))
            self._block, self._at = digest.digest(), 0
            self._number += 1
        self._at += 8
        return int.from_bytes(self._block[self._at - 8 : self._at], "little")

    def below(self, bound: int) -> int:
        """Return the next whole number in [0, bound); bound is at most 2**64."""
        return self.integer() * bound >> 64

    def unit(self) -> float:
        """Return the next number in [0, 1)."""
        return (self.integer() >> 11) * 2.0**-53

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of some choices."""
        return choices[self.below(len(choices))]

    def shuffled(self, choices: Iterable[T]) -> list[T]:
        """Return some choices in another order."""
        return [choice for _, choice in sorted(((self.integer(), one) for one in choices), key=_drawn)]


def _drawn(pair: tuple[int, object]) -> int:
    return pair[0]


class Identifiers:
    """Ids of one kind: a prefix such as ``msg_011C``, then characters; so many come after the underscore.

    The last sixteen are drawn for each name, those before them for all, as the real ids of a time begin alike.
    """

    __slots__ = ("_seed", "_shared")

    def __init__(self, seed: int, purpose: str, prefix: str, *, chars: int = ID_CHARS) -> None:
        shared = chars - len(prefix.partition("_")[2]) - OWN_ID_CHARS
        drawn = shake_128(f"{purpose}\0{seed}".encode()).digest(8 + shared)
        self._seed = int.from_bytes(drawn[:8], "little")
        self._shared = prefix.encode("ascii") + drawn[8:].translate(_ID_BYTES)

    def of(self, name: str) -> str:
        """Return the id that stands for a name."""
        return self.encoded(name.encode()).decode("ascii")

    def encoded(self, name: bytes) -> bytes:
        """Return it as bytes, for a name in bytes."""
        return self._shared + xxh3_128_digest(name, self._seed).translate(_ID_BYTES)


def batch_ids(seed: int, workspace_id: str) -> Mapping[str, Identifiers]:
    """Return the ids of a workspace's batches, by the switch that says what they look like."""
    purpose = f"batch\0{workspace_id}"
    return {
        "recorded": Identifiers(seed, purpose, "msgbatch_01"),
        "other": Identifiers(seed, purpose, "bat-", chars=60),
    }


class NumberedIds:
    """Ids of one kind, by number: many are drawn at once, as drawing them costs more than cutting them apart."""

    __slots__ = ("_block", "_chars", "_name", "_prefix")

    def __init__(self, seed: int, purpose: str, prefix: str) -> None:
        self._name = f"{purpose}\0{seed}\0"
        self._prefix = prefix
        self._chars = ID_CHARS - len(prefix.partition("_")[2])
        self._block = -1, ""

    def of(self, number: int) -> str:
        """Return the id that stands for a number."""
        wanted, place = divmod(number, IDS_AT_ONCE)
        block, text = self._block
        if block != wanted:
            text = self._drawn(wanted)
            self._block = wanted, text
        start = place * self._chars
        return self._prefix + text[start : start + self._chars]

    def _drawn(self, block: int) -> str:
        digest = shake_128(f"{self._name}{block}".encode()).digest(IDS_AT_ONCE * self._chars)
        return digest.translate(_ID_BYTES).decode("ascii")


def _salt(seed: int, purpose: str) -> bytes:
    # Salted rather than keyed: a key costs a block of its own for every draw.
    return blake2b(f"{purpose}\0{seed}".encode(), digest_size=blake2b.SALT_SIZE).digest()
