"""What the Messages API would refuse of a request's params, found from their bytes: their shape, then the rules.

It does not know when a request is checked, nor what becomes of one that is in order.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from msgspec import Raw

from batchmock.params.case import Case, Params
from batchmock.params.explain import explain
from batchmock.params.finding import Finding
from batchmock.params.plain import plainly_in_order
from batchmock.params.rules import ANSWERED, NOT_TAKEN, RULES, Rule
from batchmock.params.shapes import Schema, Surface, schemas, validator
from batchmock.params.terms import Terms
from batchmock.wire.result import RowError

if TYPE_CHECKING:
    from pydantic_core import ValidationError

Explain = Callable[["ValidationError", Schema], Finding | None]
Find = Callable[[Raw | bytes], Finding | None]
Check = Callable[[Raw | bytes], RowError | None]

# What rules say of these alone holds for all params that have the same.
_FIXED: Final = frozenset({"model", "max_tokens"})


def checker(terms: Terms) -> Check:
    """Return what tells the error of params under these terms, or None when they are in order."""
    find = finder(terms)

    def check(params: Raw | bytes) -> RowError | None:
        finding = find(params)
        return None if finding is None else finding.error

    return check


def finder(terms: Terms) -> Find:
    """Return what finds the first defect of params under these terms, and where it is."""
    return _finder(terms, RULES, explain)


def finder_at_create(terms: Terms) -> Find:
    """Return what finds only the things that a batch does not take at all, in params of the right shape."""
    return _finder(terms, [rule for rule in RULES if rule.name in NOT_TAKEN], lambda error, schema: None)


def _finder(terms: Terms, known: Sequence[Rule], misshapen: Explain) -> Find:
    rules = [rule for rule in known if terms.surface in rule.surfaces and terms.api_version in rule.versions]
    fixed = [rule.find for rule in rules if _FIXED.issuperset(rule.on)]

    def fits(model: str, max_tokens: int) -> bool:
        case = Case({"model": model, "max_tokens": max_tokens}, terms)
        return not any(find(case) for find in fixed)

    # The schema takes a while to read, and many a batch never needs it.
    @cache
    def whole() -> Find:
        return _whole(terms, rules, misshapen)

    # What counts tokens takes no `max_tokens`.
    is_in_order = plainly_in_order(fits) if terms.surface in ANSWERED else _never
    return lambda raw: None if is_in_order(raw) else whole()(raw)


def _never(raw: Raw | bytes) -> bool:
    """Tell nothing at a glance."""
    return False


def _whole(terms: Terms, rules: Sequence[Rule], misshapen: Explain) -> Find:
    from pydantic_core import ValidationError

    surface = _surface(terms)
    schema, validate = schemas()["surfaces"][surface], validator(surface).validate_json

    def look(raw: Raw | bytes) -> Finding | None:
        try:
            params: Params = validate(bytes(raw))
        except ValidationError as error:
            return misshapen(error, schema)
        case = Case(params, terms)
        for rule in rules:
            if not rule.on.isdisjoint(params) and (finding := rule.find(case)):
                return finding
        return None

    return look


def _surface(terms: Terms) -> Surface:
    # What only a beta knows is an extra input to whoever names none (public measurements of the API, 2026-08).
    if terms.surface == "count_tokens":
        return "count_tokens_beta" if terms.betas else "count_tokens"
    return "create_beta" if terms.betas else "create"
