"""Whether results were read from where the batch says they are.

It does not know what was in them.
"""

from typing import Any, cast
from urllib.parse import unquote, urlsplit

import msgspec

from batchproof.contract import Break
from batchproof.evidence import Evidence, unpacked
from batchproof.tape import Exchange


def read_where_told(evidence: Evidence) -> Break | None:
    """Each download went to the path of a results_url that the client had been given."""
    told: dict[str | None, set[str]] = {}
    for call in evidence.by_client:
        url = _results_url(call)
        if url is not None:
            told.setdefault(call.batch_id, set()).add(unquote(urlsplit(url).path))
        paths = told.get(call.batch_id)
        if call.operation == "results" and paths and call.path not in paths:
            return Break(f"it read results at {call.path}, and they are at {min(paths)}")
    return None


def _results_url(call: Exchange) -> str | None:
    if call.operation != "retrieve" or call.status != 200:
        return None
    try:
        batch: Any = msgspec.json.decode(unpacked(call))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    url = cast(dict[str, Any], batch).get("results_url") if isinstance(batch, dict) else None
    return url if isinstance(url, str) else None
