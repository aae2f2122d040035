"""What contracts' tables are made of: a few requests, and plans that are calm but for one thing.

It does not know contracts.
"""

from msgspec.structs import replace

from batchmock.faults import AnyFault
from batchmock.scenario import ResultOrder
from batchproof.plan import CALM, WHOLE_LIFE, Life, Plan, Row

TWO = (Row(key="a"), Row(key="b"))
CALM_REVERSED = replace(CALM, order="reversed")


def named(*keys: str) -> tuple[Row, ...]:
    """Return requests that succeed, with these keys."""
    return tuple(Row(key=key) for key in keys)


def faulty(
    *faults: AnyFault,
    rows: tuple[Row, ...] = TWO,
    order: ResultOrder = "submitted",
    lives: tuple[Life, ...] = (WHOLE_LIFE,),
) -> Plan:
    """Return a plan in which these things go wrong, and nothing else."""
    return Plan(rows=rows, scenario=replace(CALM, order=order, faults=faults), lives=lives)
