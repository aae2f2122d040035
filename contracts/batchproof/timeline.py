"""What happened, as a person reads it: a line for each thing, in virtual time.

It does not know whether any of it was right.
"""

from collections.abc import Iterator

import msgspec

from batchmock.times import SECOND
from batchproof.checks.returns import how_it_ended
from batchproof.documents import as_object
from batchproof.evidence import Create, Evidence, unpacked
from batchproof.observation import Ending, Observation
from batchproof.tape import Exchange

# More of the same is counted, not shown.
LINES_MAX = 60


def timeline(seen: Observation) -> tuple[str, ...]:
    """Return what happened between a client and the server, and how each call of the client ended."""
    lines = _shortened(list(_lines(seen)))
    return tuple(lines)


def _lines(seen: Observation) -> Iterator[str]:
    evidence = Evidence(seen)
    creates = {id(create.exchange): create for create in evidence.creates}
    for number, ending in enumerate(seen.endings):
        if len(seen.endings) > 1:
            yield f"          life {number + 1}"
        for exchange in seen.tape:
            if exchange.life == number:
                yield f"{_since(seen, exchange.came)} {_told(exchange, creates.get(id(exchange)))}"
        yield f"{_since(seen, ending.at)} {_ended(ending)}"
    for rival in seen.rivals:
        yield f"{_since(seen, rival.at)} a second process, meanwhile: {how_it_ended(rival)}"
    for batch in seen.ledger:
        counts: dict[str, int] = {}
        for result in batch.results.values():
            counts[str(result.get("type"))] = counts.get(str(result.get("type")), 0) + 1
        held = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing to read"
        yield f"afterwards the server holds {batch.id}: {held}"


def _since(seen: Observation, instant: int) -> str:
    seconds = max(0, instant - seen.started) // SECOND
    return f"+{seconds // 3600:03d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _told(exchange: Exchange, create: Create | None) -> str:
    who = "somebody else: " if exchange.actor == "other" else ""
    asked = exchange.operation or f"{exchange.method} {exchange.path}"
    if create is not None:
        asked += f" of {len(create.requests)}"
    elif exchange.batch_id:
        asked += f" {exchange.batch_id}"
    if not exchange.is_home:
        asked += f" at {exchange.origin}"
    return f"{who}{asked} → {_answered(exchange)}"


def _answered(exchange: Exchange) -> str:
    if exchange.status is None:
        return "no answer"
    cut = "" if exchange.is_whole else ", cut short"
    if exchange.operation == "results" and exchange.status == 200:
        lines = unpacked(exchange).count(b"\n")
        return f"200, {lines} lines, {len(exchange.answer)} bytes{cut}"
    return f"{exchange.status}{_says(exchange)}{cut}"


def _says(exchange: Exchange) -> str:
    try:
        body = msgspec.json.decode(unpacked(exchange))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f", {len(exchange.answer)} bytes that are no JSON" if exchange.answer else ""
    body = as_object(body)
    error = as_object(body.get("error"))
    if error:
        return f" {error.get('type')}: {str(error.get('message'))[:80]}"
    status = body.get("processing_status")
    if exchange.operation == "create":
        return f" {body.get('id')}"
    return f" {status}" if status else ""


def _ended(ending: Ending) -> str:
    if ending.how != "returned":
        return how_it_ended(ending)
    kinds: dict[str, int] = {}
    for outcome in (ending.outcomes or {}).values():
        kinds[outcome.kind] = kinds.get(outcome.kind, 0) + 1
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "no outcomes"
    return f"it returned {told}"


def _shortened(lines: list[str]) -> list[str]:
    """Return the lines with long runs of the same, but for their times, counted; and not too many of them."""
    kept: list[str] = []
    run = 0
    for at, line in enumerate(lines):
        same = 0 < at < len(lines) - 1 and line[10:] == lines[at - 1][10:] == lines[at + 1][10:]
        run = run + 1 if same else 0
        if run == 1:
            kept.append("           ⋮")
        elif not run:
            kept.append(line)
    if len(kept) <= LINES_MAX:
        return kept
    half = LINES_MAX // 2
    return [*kept[:half], f"           ⋮ {len(kept) - 2 * half} more", *kept[-half:]]
