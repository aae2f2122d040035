"""Whole plans: requests, an order of results, and whatever else is asked for.

It does not know contracts.
"""

from collections.abc import Sequence
from typing import Any, cast

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from batchmock.faults import AnyFault
from batchmock.scenario import ResultOrder, Scenario
from batchproof.plan import CALM, WHOLE_LIFE, Life, Plan, Row
from batchproof.strategies.rows import rows as rows_of_all_kinds

ORDERS: Sequence[ResultOrder] = ("submitted", "reversed", "shuffled", "completion")
NO_FAULTS: tuple[AnyFault, ...] = ()


def orders() -> SearchStrategy[ResultOrder]:
    """Return orders of a results file, the submitted one first."""
    return st.sampled_from(ORDERS)


def scenarios(
    *,
    faults: SearchStrategy[tuple[AnyFault, ...]] | None = None,
    order: SearchStrategy[ResultOrder] | None = None,
    base: Scenario = CALM,
) -> SearchStrategy[Scenario]:
    """Return scenarios that differ from one in the seed, the order of results and the faults."""

    def made(seed: int, order: ResultOrder, faults: tuple[AnyFault, ...]) -> Scenario:
        return replace(base, seed=seed, order=order, faults=base.faults + faults)

    return st.builds(
        made,
        seed=st.integers(0, 999),
        order=orders() if order is None else order,
        faults=st.just(NO_FAULTS) if faults is None else faults,
    )


def plans(
    *,
    rows: SearchStrategy[tuple[Row, ...]] | None = None,
    scenario: SearchStrategy[Scenario] | None = None,
    lives: SearchStrategy[tuple[Life, ...]] | None = None,
    **fixed: object,
) -> SearchStrategy[Plan]:
    """Return plans; what is not given is plain: a few requests that succeed, results in any order, one whole life.

    Further keywords are fields of a plan: a value, or a strategy for one.
    """
    drawn: dict[str, SearchStrategy[Any]] = {
        name: cast(SearchStrategy[Any], value) if isinstance(value, SearchStrategy) else st.just(value)
        for name, value in fixed.items()
    }
    return st.builds(
        Plan,
        rows=rows_of_all_kinds() if rows is None else rows,
        scenario=scenarios() if scenario is None else scenario,
        lives=st.just((WHOLE_LIFE,)) if lives is None else lives,
        **drawn,
    )
