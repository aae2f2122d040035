"""Requests as a caller hands them over → pairs of a key and its params.

It does not know what makes a key or params: only that there are two of them, and which is which.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, cast

from batchclient.encode import Params
from batchclient.errors import UsageError

Pair: TypeAlias = tuple[str, Params]
# Pairs, or a mapping of keys to params.
Requests: TypeAlias = Iterable[Pair] | Mapping[str, Params]


def pairs(requests: Requests) -> Iterator[Pair]:
    """Yield the key and the params of each request.

    Raises:
        UsageError: one is no pair. The API's own entry would fall apart into the names of its two fields.
    """
    given = cast("Iterable[object]", requests.items() if isinstance(requests, Mapping) else requests)
    for number, pair in enumerate(given, 1):
        if not _is_pair(pair):
            raise UsageError(_no_pair(number, pair))
        yield cast("Pair", pair)


def _is_pair(found: object) -> bool:
    return isinstance(found, tuple | list) and len(cast("tuple[object, ...]", found)) == 2


def _no_pair(number: int, found: object) -> str:
    told = f"request {number} is of type {type(found).__name__}; "
    told += "requests are (key, params) pairs, or a mapping of keys to params"
    if isinstance(found, Mapping):
        told += "; of the API's own entries: ((entry['custom_id'], entry['params']) for entry in entries)"
    return told
