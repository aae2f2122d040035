"""What is kept of an API key: the header that carried it, and a digest.

It does not know what a key opens.
"""

from hashlib import blake2b

from msgspec import Struct


class Credential(Struct, frozen=True, gc=False):
    """A key by its digest; the key itself goes no further than to where a request comes in."""

    header: str
    digest: bytes


def digest(key: str) -> bytes:
    """Return what stands for a key."""
    return blake2b(key.encode("utf-8", "surrogateescape"), digest_size=16).digest()
