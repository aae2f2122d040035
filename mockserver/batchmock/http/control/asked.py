"""What a call of the control plane asks: its body or its query, as a value of the shape the call takes.

It does not know any call.
"""

from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from batchmock.document import read_as
from batchmock.errors import UsageError, invalid_request
from batchmock.http.body import read_body
from batchmock.http.call import Call
from batchmock.wire.request import not_json

CONTROL_BODY_BYTES_MAX = 1_000_000

T = TypeVar("T")


async def body_of(call: Call, shape: type[T]) -> T:
    """Return the body of a call.

    Raises:
        ApiError: 400, it is not of this shape; 413, it is too large for any.
    """
    body = await read_body(call.headers, call.receive, bytes_max=CONTROL_BODY_BYTES_MAX)
    try:
        return read_as(shape, msgspec.json.decode(body))
    except UsageError as error:
        raise invalid_request(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from None


def query_of(call: Call, shape: type[T]) -> T:
    """Return the query of a call; what is written as ``name=`` is as if it were not there.

    Raises:
        ApiError: 400, it is not of this shape.
    """
    text: str = call.scope["query_string"].decode("latin-1")
    try:
        # Numbers and booleans are texts in a query.
        return read_as(shape, dict(parse_qsl(text)), strict=False)
    except UsageError as error:
        raise invalid_request(str(error)) from None
