"""What happened in a workspace, as text for whoever has to find out why a test failed.

Instants are told as the virtual time since the first of them. It does not know what was expected.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from batchmock.handle import Batch, EmulatorHandle, ExchangeRecord

# Of a longer story the beginning and the end are told.
LINES_AT_FIRST = 20
LINES_AT_LAST = 40
# Counting the outcomes of a batch takes all of its requests.
REQUESTS_COUNTED_MAX = 10_000


def timeline(emulator: EmulatorHandle) -> str:
    """Return the batches and the exchanges of a workspace; polls that are alike take one line."""
    exchanges, batches = emulator.history(), emulator.batches()
    now = emulator.clock.now()
    zero = min([now, *(one.now for one in exchanges[:1]), *(one.created_at for one in batches[:1])])
    return "\n".join(
        [
            f"seed {emulator.scenario.seed}; from {zero:%Y-%m-%d %H:%M:%S} UTC to {_since(now, zero)}",
            *_shortened([_batch_line(emulator, batch, zero) for batch in batches]),
            *_shortened(_aligned(_row([*alike], zero) for _, alike in groupby(exchanges, _kind))),
        ]
    )


def _batch_line(emulator: EmulatorHandle, batch: Batch, zero: datetime) -> str:
    ends = "ended" if batch.processing_status == "ended" else f"is {batch.processing_status}, ends"
    seed = "" if batch.seed == emulator.scenario.seed else f", seed {batch.seed}"
    requests = _counted(batch.requests, "request")
    return f"{batch.id}: {requests}{seed}; {ends} {_since(batch.ended_at, zero)}{_outcomes(emulator, batch)}"


def _outcomes(emulator: EmulatorHandle, batch: Batch) -> str:
    if batch.requests > REQUESTS_COUNTED_MAX:
        return ""
    counts = emulator.plan(batch.id).request_counts
    named = {
        "succeeded": counts.succeeded,
        "errored": counts.errored,
        "canceled": counts.canceled,
        "expired": counts.expired,
    }
    return ": " + ", ".join(f"{count} {name}" for name, count in named.items() if count)


def _kind(exchange: ExchangeRecord) -> object:
    """Return what exchanges that are told of in one line have in common."""
    if exchange.operation not in ("retrieve", "list"):
        return exchange.sequence
    whole = exchange.is_complete, exchange.is_over
    return exchange.operation, exchange.batch_id, exchange.status, exchange.faults, exchange.retry_count, whole


def _row(alike: Sequence[ExchangeRecord], zero: datetime) -> list[str]:
    first, last = alike[0], alike[-1]
    until = "" if first.now == last.now else f" ... {_since(last.now, zero)}"
    times = f" x{len(alike)}" if len(alike) > 1 else ""
    return [
        _since(first.now, zero) + until,
        f"{first.operation or f'{first.method} {first.path}'}{times}",
        first.batch_id or "",
        "no answer" if first.status is None else str(first.status),
        "; ".join(_remarks(first)),
    ]


def _remarks(exchange: ExchangeRecord) -> Iterator[str]:
    if exchange.requests is not None:
        yield _counted(exchange.requests, "request")
    if exchange.retry_count:
        yield f"the SDK's retry {exchange.retry_count}"
    if exchange.faults:
        yield f"faults: {', '.join(exchange.faults)}"
    if exchange.status is not None and exchange.is_over and not exchange.is_complete:
        yield f"ended after {_counted(exchange.response_bytes, 'byte')}"


def _aligned(rows: Iterable[list[str]]) -> list[str]:
    table = [*rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    ]


def _shortened(lines: list[str]) -> list[str]:
    left_out = len(lines) - LINES_AT_FIRST - LINES_AT_LAST
    if left_out <= 1:
        return lines
    return [*lines[:LINES_AT_FIRST], f"... {left_out} lines left out ...", *lines[-LINES_AT_LAST:]]


def _since(instant: datetime, zero: datetime) -> str:
    passed = instant - zero
    return f"+{passed}" if passed >= timedelta(0) else f"-{-passed}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
