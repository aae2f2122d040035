"""JSON objects that have a key twice: the last one counts, whatever the first one holds.

It does not know which keys there are. msgspec has the last count as well, but wants each to be of the right type.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")
Text = Raw | bytes | bytearray

_object = msgspec.json.Decoder(dict[str, Raw])


def decode_last(decode: Callable[[Text], T], text: Text) -> T:
    """Decode an object by the last of its equal keys; costs more than decoding only where that is refused.

    Raises:
        msgspec.ValidationError: it is of another shape.
        msgspec.DecodeError: it is no JSON.
    """
    try:
        return decode(text)
    except msgspec.ValidationError:
        return decode(msgspec.json.encode(_object.decode(text)))
