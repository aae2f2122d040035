"""Faults that struck and found nothing to bite on, so that a scenario that cannot be brought about is noticed.

It does not know when the end is, nor what a complaint costs whoever hears it.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from batchmock.errors import UsageError
from batchmock.exchanges.record import Record


class _Idle(Struct):
    said: str
    others: int = 0


class IdleFaults:
    """Each fault that found nothing to bite on, with the first exchange in which that was so; more are counted."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str], _Idle] = {}

    def note(self, exchange: Record[str] | Record[datetime]) -> None:
        """Take note of an exchange that is over."""
        for fault in exchange.faults_without_effect:
            key = fault.place, fault.kind
            if key in self._found:
                self._found[key].others += 1
            else:
                where = (
                    f"exchange {exchange.sequence} of {exchange.workspace_id}, {exchange.method} {exchange.path}"
                )
                self._found[key] = _Idle(f"faults.{key[0]} ({key[1]}) found nothing to bite on in {where}")

    def complaints(self) -> list[str]:
        """Return a line for each fault, in the order of the scenario."""
        found = (self._found[key] for key in sorted(self._found))
        return [f"{idle.said}, and in {idle.others} more" if idle.others else idle.said for idle in found]


def refuse_idle_faults(exchanges: Iterable[Record[datetime]]) -> None:
    """Let pass only exchanges in which every fault bit.

    Raises:
        UsageError: names each that did not.
    """
    idle = IdleFaults()
    for exchange in exchanges:
        idle.note(exchange)
    if complaints := idle.complaints():
        raise UsageError("; ".join(complaints))
