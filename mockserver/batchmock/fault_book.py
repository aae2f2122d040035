"""Which faults strike an exchange: counts calls, and draws by seed and number of the call.

It does not know what faults do.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from batchmock.draws import Draws
from batchmock.exchanges.strike import Strike
from batchmock.faults import AnyFault, Operation


@dataclass(frozen=True, slots=True)
class Visit:
    """An exchange as faults see it; ``batch`` is its batch's number in the workspace, from 1, if it has one."""

    operation: Operation
    batch: int | None = None


class FaultBook:
    """Keeps count of one workspace's exchanges."""

    def __init__(self, seed: int) -> None:
        self._draws = Draws(seed, "fault")
        self._calls: Counter[Operation] = Counter()
        self._calls_of_batch: Counter[tuple[Operation, int]] = Counter()
        self._struck: Counter[int] = Counter()
        self._lock = Lock()

    def strike(self, faults: Sequence[AnyFault], visit: Visit) -> list[Strike]:
        """Count an exchange and return the faults that strike it, as they stand in the scenario."""
        with self._lock:
            self._calls[visit.operation] += 1
            if visit.batch is not None:
                self._calls_of_batch[visit.operation, visit.batch] += 1
            struck = [place for place, fault in enumerate(faults) if self._strikes(place, fault, visit)]
            self._struck.update(struck)
            return [Strike(place, faults[place]) for place in struck]

    def _strikes(self, place: int, fault: AnyFault, visit: Visit) -> bool:
        call = self._calls[visit.operation]
        counted = call
        if fault.per_batch and visit.batch is not None:
            counted = self._calls_of_batch[visit.operation, visit.batch]
        return (
            (not fault.on or visit.operation in fault.on)
            and (not fault.calls or counted in fault.calls)
            and (fault.batch is None or fault.batch == visit.batch)
            and (fault.times is None or self._struck[place] < fault.times)
            and (
                fault.probability == 1.0
                or self._draws.unit(f"{place}\0{visit.operation}\0{call}") < fault.probability
            )
        )
