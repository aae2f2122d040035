"""What the server holds in the end, and what it costs: nothing is bought twice, and sums are right.

It does not know what clients were asked to do.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from batchproof.checks.returns import how_it_ended
from batchproof.contract import Break
from batchproof.documents import as_object
from batchproof.evidence import Evidence
from batchproof.outcome import text_of

# US dollars for a million tokens of input and of output; a batch costs half, a cache write 1.25 (five minutes) or
# 2 (an hour) of the input, a cache read 0.1.
# Source: https://platform.claude.com/docs/en/about-claude/pricing, read 2026-11.
PRICES: Mapping[str, tuple[float, float]] = {"claude-haiku-4-5": (1.0, 5.0), "claude-sonnet-4-5": (3.0, 15.0)}
BATCH_SHARE = 0.5


def bought_once(evidence: Evidence) -> Break | None:
    """No prompt has been answered in two batches."""
    bought: Counter[str] = Counter()
    for batch in evidence.seen.ledger:
        bought.update(_answered(evidence, batch.results))
    for nonce, times in bought.items():
        prompts = sum(theirs == nonce for theirs in evidence.asked.nonces.values())
        if times > max(1, prompts):
            key = next(key for key, theirs in evidence.asked.nonces.items() if theirs == nonce)
            batches = ", ".join(batch.id for batch in evidence.seen.ledger)
            return Break(f"{key!r} was answered, and is billed, {times} times: in {batches}", key)
    return None


def resubmitted_only_open(evidence: Evidence) -> Break | None:
    """No request was sent again that had succeeded, as far as the client could know."""
    done: set[str] = set()
    order = {id(exchange): at for at, exchange in enumerate(evidence.seen.tape)}
    downloads = [(order[id(download.exchange)], download) for download in evidence.downloads]
    for create in evidence.creates:
        at = order[id(create.exchange)]
        for place, download in downloads:
            if place < at:
                done |= {key for line in download.lines for key in _nonces_in(evidence, line.result)}
        for key, nonce in evidence.asked.nonces.items():
            if nonce in done and nonce.encode() in create.exchange.body:
                return Break(f"{key!r} had succeeded, and was sent again", key)
    return None


def cost_is_right(evidence: Evidence) -> Break | None:
    """What a client says it cost is what the distinct rows that succeeded cost at half price."""
    ending = evidence.seen.last
    if ending.how != "returned":
        return Break(how_it_ended(ending))
    if ending.usd is None:
        return Break("it says that it reports costs, and did not")
    expected = sum(_usd(result["message"]) for result in _served_successes(evidence))
    if abs(ending.usd - expected) > 1e-9 + 1e-6 * expected:
        return Break(f"it reports ${ending.usd:.9f}, and the answers cost ${expected:.9f}")
    return None


def _answered(evidence: Evidence, results: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    for result in results.values():
        yield from _nonces_in(evidence, result)


def _nonces_in(evidence: Evidence, result: Mapping[str, Any]) -> Iterator[str]:
    message = result.get("message")
    if result.get("type") != "succeeded":
        return
    text = text_of(as_object(message))
    yield from {nonce for nonce in evidence.asked.nonces.values() if nonce in text}


def _served_successes(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Yield, for each request of each batch, the first result that was served, if it succeeded."""
    seen: set[tuple[str, str]] = set()
    ours = {(create.batch_id, sent.custom_id) for create in evidence.creates for sent in create.requests}
    for download in evidence.downloads:
        for line in download.lines:
            place = (download.batch_id, line.custom_id or "")
            if place in ours and place not in seen and line.result:
                seen.add(place)
                if line.result.get("type") == "succeeded":
                    yield line.result


def _usd(message: dict[str, Any]) -> float:
    usage: dict[str, Any] = message.get("usage") or {}
    price_in, price_out = next(price for model, price in PRICES.items() if str(message["model"]).startswith(model))
    written = _tokens(usage, "cache_creation_input_tokens")
    split: dict[str, Any] = usage.get("cache_creation") or {}
    hour = min(written, _tokens(split, "ephemeral_1h_input_tokens"))
    inputs = (
        _tokens(usage, "input_tokens")
        + 1.25 * (written - hour)
        + 2 * hour
        + 0.1 * _tokens(usage, "cache_read_input_tokens")
    )
    return BATCH_SHARE * (inputs * price_in + _tokens(usage, "output_tokens") * price_out) / 1e6


def _tokens(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0
