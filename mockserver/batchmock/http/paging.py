"""The page that a list call asks for: ``limit``, ``after_id``, ``before_id``.

It does not know what is listed. Source: docs/fidelity.md, list.
"""

import re

from starlette.datastructures import QueryParams

from batchmock.errors import invalid_request
from batchmock.limits import PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX
from batchmock.pages import PageQuery
from batchmock.switches import Switches

# Nine digits are more than any page; int() would take a long time over a million of them.
_WHOLE = re.compile(r"-?[0-9]{1,9}")


def page_query(query: QueryParams, switches: Switches) -> PageQuery:
    """Return what a query asks for.

    Raises:
        ApiError: 400, a limit out of range or two cursors.
    """
    after_id, before_id = query.get("after_id"), query.get("before_id")
    if after_id and before_id:
        if switches.both_cursors == "refuse":
            raise invalid_request("Only one of after_id and before_id may be given.")
        before_id = None
    return PageQuery(limit=_limit(query.get("limit")), after_id=after_id or None, before_id=before_id or None)


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE_LIMIT_DEFAULT
    if not _WHOLE.fullmatch(text):
        raise invalid_request("limit: Input should be a valid integer, unable to parse string as an integer")
    limit = int(text)
    if limit < 1:
        raise invalid_request("limit: Input should be greater than or equal to 1")
    if limit > PAGE_LIMIT_MAX:
        raise invalid_request(f"limit: Input should be less than or equal to {PAGE_LIMIT_MAX}")
    return limit
