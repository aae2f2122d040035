"""What happened while a program ran: its batches and their outcomes, its polls, the faults that struck, the time.

It does not know the program.
"""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import asdict

from batchmock.exchanges.exchange import Exchange
from batchmock.faults import kind_of
from batchmock.times import SECOND, write_duration
from batchmock.unfolding.projection import BatchView


class ExecReport(Struct, frozen=True, kw_only=True):
    """What happened; ``outcomes`` counts requests, those of a batch that has not ended as ``processing``."""

    exit_code: int
    batches: int
    requests: int
    outcomes: dict[str, int]
    exchanges: int
    polls: int
    faults: dict[str, int]
    clock: str
    coupled_processes: int
    steps: int
    virtual_s: float
    real_s: float


class Seen:
    """Counts exchanges."""

    def __init__(self) -> None:
        self.exchanges = self.polls = 0
        self.faults: Counter[str] = Counter()

    def add(self, exchange: Exchange) -> None:
        """Count one that is over, if it is the API's."""
        if exchange.operation is None:
            return
        self.exchanges += 1
        self.polls += exchange.operation == "retrieve"
        self.faults.update(kind_of(strike.fault) for strike in exchange.strikes)


def outcomes(batches: Iterable[BatchView]) -> dict[str, int]:
    """Return how many requests came to what."""
    total: Counter[str] = Counter()
    for view in batches:
        if view.status == "ended":
            total.update(asdict(view.counts))
        else:
            total["processing"] += len(view.facts.submission.requests)
    return {state: count for state, count in sorted(total.items()) if count}


def lines(report: ExecReport) -> list[str]:
    """Return a report in words."""
    batches = f"{_many(report.batches, 'batch', 'batches')} of {_many(report.requests, 'request', 'requests')}"
    faults = f"; faults: {_counts(report.faults)}" if report.faults else ""
    return [
        f"{batches}: {_counts(report.outcomes)}" if report.batches else "no batches",
        f"{_many(report.exchanges, 'exchange', 'exchanges')}, {_many(report.polls, 'poll', 'polls')}{faults}",
        f"{_span(report.virtual_s)} passed in {report.real_s:.1f} s, {_how(report)}",
    ]


def _how(report: ExecReport) -> str:
    coupled = f"coupled to {_many(report.coupled_processes, 'process', 'processes')}"
    steps = f"in {_many(report.steps, 'step', 'steps')}"
    if report.clock == "coupled":
        how = [coupled] * (report.coupled_processes > 0) + [steps] * (report.steps > 0)
        return ", ".join(how) or "with nobody coupled"
    return steps if report.clock == "stepped" else report.clock


def _span(seconds: float) -> str:
    return write_duration(round(seconds) * SECOND)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"
