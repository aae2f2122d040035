"""What the Messages API would refuse of a request's params, found from their bytes: their shape, then the rules.

It does not know when a request is checked, nor what becomes of one that is in order.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Raw

from batchmock.params.case import Case, Params
from batchmock.params.explain import explain
from batchmock.params.finding import Finding
from batchmock.params.rules import RULES
from batchmock.params.shapes import Surface, schemas, validator
from batchmock.params.terms import Terms
from batchmock.wire.result import RowError

Find = Callable[[Raw | bytes], Finding | None]
Check = Callable[[Raw | bytes], RowError | None]

# Most requests have these fields and one message; only the rules on the first two can find anything then.
_FIXED: Final = frozenset({"model", "max_tokens"})
_PLAIN: Final = _FIXED | {"messages", "system", "metadata", "service_tier"}


def checker(terms: Terms) -> Check:
    """Return what tells the error of params under these terms, or None when they are in order."""
    find = finder(terms)

    def check(params: Raw | bytes) -> RowError | None:
        finding = find(params)
        return None if finding is None else finding.error

    return check


def finder(terms: Terms) -> Find:
    """Return what finds the first defect of params under these terms, and where it is."""
    from pydantic_core import ValidationError

    surface = _surface(terms)
    schema, validate = schemas()["surfaces"][surface], validator(surface).validate_json
    rules = [rule for rule in RULES if terms.surface in rule.surfaces and terms.api_version in rule.versions]
    fixed = [rule.find for rule in rules if _FIXED.issuperset(rule.on)]

    def look(raw: Raw | bytes) -> Finding | None:
        try:
            params: Params = validate(bytes(raw))
        except ValidationError as error:
            return explain(error, schema)
        case = Case(params, terms)
        for find in fixed if _is_plain(params) else [one.find for one in rules if not one.on.isdisjoint(params)]:
            if finding := find(case):
                return finding
        return None

    return look


def _surface(terms: Terms) -> Surface:
    # What only a beta knows is an extra input to whoever names none (public measurements of the API, 2026-08).
    if terms.surface == "count_tokens":
        return "count_tokens_beta" if terms.betas else "count_tokens"
    return "create_beta" if terms.betas else "create"


def _is_plain(params: Params) -> bool:
    """Tell whether this is a text to a model, as most requests are; a test holds that other rules mind none."""
    if not _PLAIN.issuperset(params) or len(params["messages"]) != 1:
        return False
    turn = params["messages"][0]
    if turn["role"] != "user" or not isinstance(params.get("system", ""), str):
        return False
    return isinstance(turn["content"], str) and bool(turn["content"]) and not turn["content"].isspace()
