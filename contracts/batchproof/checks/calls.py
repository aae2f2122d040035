"""What a client sent: what it may send again, how much at once, and what nobody asked it to do.

It does not know what the client returned.
"""

from collections import Counter
from collections.abc import Sequence

from batchproof.contract import Break
from batchproof.documents import as_object
from batchproof.evidence import Create, Evidence
from batchproof.outcome import FINAL

# Options of clients that have no place in a request's params.
_OPTIONS = ("betas", "extra_headers", "extra_body", "extra_query", "timeout", "custom_id", "headers")
# How often a request that may be tried again is still tried, rather than hammered.
ATTEMPTS_MAX = 6


def not_canceled(evidence: Evidence) -> Break | None:
    """The client canceled and deleted nothing that it was not told to."""
    if any(life.interrupt and life.interrupt.policy == "cancel" for life in evidence.seen.plan.lives):
        return None
    for call in evidence.calls("cancel"):
        return Break(f"it canceled {call.batch_id}, and nobody had asked for that")
    return None


def not_sent_elsewhere(evidence: Evidence) -> Break | None:
    """No request was sent to the Messages API as well."""
    for _ in evidence.calls("messages"):
        return Break("it sent requests to the Messages API, at full price, that are in a batch already")
    return None


def created_once(evidence: Evidence) -> Break | None:
    """There was one create call."""
    if len(evidence.creates) > 1:
        return Break(f"it made {len(evidence.creates)} create calls, where none after the first could help")
    return None


def not_repeated(evidence: Evidence) -> Break | None:
    """No create call was made twice; a smaller one may follow one that was too large."""
    body, times = next(iter(Counter(create.exchange.body for create in evidence.creates).most_common(1)), (b"", 0))
    if times > 1:
        return Break(f"it made the same create call of {len(body)} bytes {times} times, and was refused each time")
    return None


def tried_again_the_same(evidence: Evidence) -> Break | None:
    """All create calls were the same, to the byte, and what the client was given is as it was."""
    changed = evidence.seen.last.changed
    if changed:
        return Break(f"it has changed what it was given: {changed}")
    first = evidence.creates[:1]
    for create in evidence.creates[1:]:
        if create.exchange.body != first[0].exchange.body:
            return Break("it tried a create again, with another body")
        for name in ("anthropic-beta", "anthropic-version"):
            if create.exchange.headers.get(name) != first[0].exchange.headers.get(name):
                return Break(f"it tried a create again, with another {name} header")
    return None


def ids_are_distinct(evidence: Evidence) -> Break | None:
    """No create call has the same custom_id twice."""
    for create in evidence.creates:
        id_, times = next(iter(Counter(sent.custom_id for sent in create.requests).most_common(1)), ("", 0))
        if times > 1:
            return Break(f"it submitted the custom_id {id_!r} {times} times in one batch")
    return None


def within_limits(evidence: Evidence) -> Break | None:
    """Each create call has at least one request, and keeps to the limits that the client was told."""
    plan = evidence.seen.plan
    for create in evidence.creates:
        # A body that is too large is refused before it is read.
        size = max(len(create.exchange.body), int(create.exchange.headers.get("content-length", 0)))
        count = len(create.requests)
        if plan.bytes_max is not None and size > plan.bytes_max:
            return Break(f"it submitted a body of {size} bytes; the limit is {plan.bytes_max}")
        if not count:
            return Break("it submitted a batch of no requests")
        if plan.requests_max is not None and count > plan.requests_max:
            return Break(f"it submitted {count} requests at once; the limit is {plan.requests_max}")
    return None


def final_errors_are_final(evidence: Evidence) -> Break | None:
    """No request was sent again whose error will not pass, and none too often."""
    sent: Counter[str] = Counter()
    failed: set[str] = set()
    order = {id(exchange): at for at, exchange in enumerate(evidence.seen.tape)}
    for create in evidence.creates:
        failed |= _failed_before(evidence, order[id(create.exchange)], order)
        for key, nonce in evidence.asked.nonces.items():
            if nonce.encode() not in create.exchange.body:
                continue
            if nonce in failed:
                return Break(f"{key!r} had failed with an error that does not pass, and was sent again", key)
            sent[nonce] += 1
            if sent[nonce] > ATTEMPTS_MAX:
                return Break(f"{key!r} was sent {sent[nonce]} times", key)
    return None


def _failed_before(evidence: Evidence, at: int, order: dict[int, int]) -> set[str]:
    """Return the prompts whose errors the client had read by then, of those that do not pass."""
    ids = {
        (create.batch_id, sent.custom_id): str(sent.params)
        for create in evidence.creates
        for sent in create.requests
    }
    found: set[str] = set()
    for download in evidence.downloads:
        if order[id(download.exchange)] > at:
            continue
        for line in download.lines:
            inner = as_object(as_object(line.result.get("error")).get("error"))
            if inner.get("type") in FINAL:
                params = ids.get((download.batch_id, line.custom_id or ""), "")
                found |= {nonce for nonce in evidence.asked.nonces.values() if nonce in params}
    return found


def params_are_its_own(evidence: Evidence) -> Break | None:
    """Params hold no option of the client's own, and the beta header covers what the requests need."""
    needed = {row.key: set(row.betas) for row in evidence.seen.plan.rows}
    for create in evidence.creates:
        named = {name.strip() for name in create.exchange.headers.get("anthropic-beta", "").split(",")}
        for sent in create.requests:
            if strange := [name for name in _OPTIONS if name in sent.params]:
                return Break(f"it put {strange[0]!r} into a request's params")
        for key in _keys_of(evidence, create):
            if missing := needed[key] - named:
                return Break(
                    f"{key!r} needs the beta {min(missing)}, and the create's header does not name it", key
                )
    return None


def _keys_of(evidence: Evidence, create: Create) -> Sequence[str]:
    return [key for key, nonce in evidence.asked.nonces.items() if nonce.encode() in create.exchange.body]


def paths_are_canonical(evidence: Evidence) -> Break | None:
    """Every call is one that the API has."""
    for call in evidence.by_client:
        if call.is_home and call.operation is None:
            return Break(f"it called {call.method} {call.path}, which the API does not have")
    return None


def downloaded_again(evidence: Evidence) -> Break | None:
    """If a download did not have everything, there was another of the same batch."""
    times = Counter(call.batch_id for call in evidence.calls("results"))
    for create in evidence.creates:
        ids = {sent.custom_id for sent in create.requests}
        downloads = [one for one in evidence.downloads if one.batch_id == create.batch_id]
        short = [one for one in downloads if not ids <= {line.custom_id for line in one.lines if line.result}]
        if short and times[create.batch_id] < 2:
            return Break(f"the results of {create.batch_id} lacked rows, and it read them only once")
    return None
