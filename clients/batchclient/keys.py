"""The user's name for a request: any string, and no two alike (docs/clients.md J7, J10, J11).

It does not know custom_ids: a key never goes over the wire.
"""

from batchclient.errors import UsageError, shortened


def encode_key(key: object) -> bytes:
    """Return a key as bytes: any string, half a surrogate pair included, and no two the same.

    Raises:
        UsageError: it is no string.
    """
    if not isinstance(key, str):
        raise UsageError(f"the key {shortened(repr(key))} is {type(key).__name__}; keys are strings")
    return key.encode("utf-8", "surrogatepass")


def decode_key(key: bytes) -> str:
    """Return the string that a key is."""
    return key.decode("utf-8", "surrogatepass")
