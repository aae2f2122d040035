"""What is kept of an API key: the header that carried it, and a digest.

It does not know what a key opens.
"""

from hashlib import sha256

from msgspec import Struct


class Credential(Struct, frozen=True, gc=False):
    """A key by its SHA-256; the key itself goes no further than to where a request comes in."""

    header: str
    digest: bytes


def digest(key: str) -> bytes:
    """Return what stands for a key."""
    return sha256(key.encode("utf-8", "surrogateescape")).digest()
