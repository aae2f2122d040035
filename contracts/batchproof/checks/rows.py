"""Whether what a client says of one key is what was served for it.

It does not know plans, nor what else a client did.
"""

from collections.abc import Sequence
from typing import Any, get_args

from batchmock.errors import ErrorType
from batchproof.contract import Break
from batchproof.documents import as_list, as_object
from batchproof.evidence import Evidence, Line
from batchproof.outcome import Outcome, text_of
from batchproof.plan import nonce

API_ERRORS = frozenset(get_args(ErrorType))
_KNOWN = ("succeeded", "errored", "canceled", "expired")


def wrong(evidence: Evidence, key: str, outcome: Outcome) -> Break | None:
    """Return what is wrong with what the client says of a key."""
    if swapped := someone_elses(evidence, key, outcome):
        return swapped
    served = evidence.served_for(key)
    if not served:
        return _unserved(evidence, key, outcome)
    # Sent again, it may have no line in the later batch: then nobody knows, whatever the first one said.
    sent = set(evidence.sent_for(key))
    if _is_open(outcome) and (len(sent) > len(served) or not all(map(_is_certain, served))):
        return None
    # Of several lines for one request in one file, the first counts: whoever takes a later one has lost another.
    reasons = [_differs(outcome, lines[0]) for downloads in served for lines in downloads]
    return None if None in reasons else Break(f"{_named(key)} {reasons[-1]}", key)


def someone_elses(evidence: Evidence, key: str, outcome: Outcome) -> Break | None:
    """Return whose answer a key has, if not its own."""
    text = _told_text(outcome)
    own = evidence.asked.nonces[key]
    if outcome.kind != "succeeded" or text is None or own in text:
        return None
    for other, theirs in evidence.asked.nonces.items():
        if theirs in text:
            return Break(f"{_named(key)} was given the answer to {_named(other)}", key)
    if nonce(0).partition("-")[0] in text:
        return Break(
            f"{_named(key)} was given an answer to another prompt than the one it has now: {text[:60]!r}", key
        )
    return None


def _unserved(evidence: Evidence, key: str, outcome: Outcome) -> Break | None:
    was_accepted = next(evidence.sent_for(key), None) is not None
    if _is_open(outcome) or (outcome.kind == "errored" and not was_accepted):
        return None
    return Break(f"{_named(key)} is said to be {outcome.kind}, and no line of any results file says so", key)


def _is_open(outcome: Outcome) -> bool:
    """Tell whether a client says that it does not know; in words of its own, or as an error of its own."""
    is_own_error = outcome.kind == "errored" and outcome.error_type not in API_ERRORS
    return outcome.kind in ("missing", "unknown") or is_own_error


def _is_certain(downloads: Sequence[Sequence[Line]]) -> bool:
    """Tell whether all lines of a batch for one request say the same, and something that is known."""
    lines = [line for download in downloads for line in download]
    first = lines[0].result
    return first.get("type") in _KNOWN and _is_whole(first) and all(line.result == first for line in lines)


def _is_whole(result: dict[str, Any]) -> bool:
    if result["type"] == "succeeded":
        return isinstance(result.get("message"), dict)
    return result["type"] != "errored" or bool(_inner(result))


def _differs(outcome: Outcome, line: Line) -> str | None:
    """Return how what a client says differs from a line, as the end of a sentence."""
    result = line.result
    served = result.get("type")
    if served not in _KNOWN or not _is_whole(result):
        return f"is said to be {outcome.kind}, and its result is none that anyone knows: {line.raw[:80]!r}"
    if outcome.kind != served:
        return f"is said to be {outcome.kind}, and its line says {served}"
    if served == "succeeded":
        return _answer_differs(outcome, result["message"])
    return _error_differs(outcome, _inner(result)) if served == "errored" else None


def _answer_differs(outcome: Outcome, message: dict[str, Any]) -> str | None:
    if outcome.message is not None and not _holds(outcome.message, message):
        return f"has lost some of its message: {_shortened(outcome.message)} for {_shortened(message)}"
    text = _told_text(outcome)
    if text is not None and text != text_of(message):
        return f"has the text {_shortened(text)}, and its line says {_shortened(text_of(message))}"
    return None


def _error_differs(outcome: Outcome, error: dict[str, Any]) -> str | None:
    for told, name in ((outcome.error_type, "type"), (outcome.error_message, "message")):
        if (told or None) != (error.get(name) or None):
            return f"is errored with the {name} {told!r}, and its line says {error.get(name)!r}"
    return None


def _inner(result: dict[str, Any]) -> dict[str, Any]:
    return as_object(as_object(result.get("error")).get("error"))


def _told_text(outcome: Outcome) -> str | None:
    if outcome.text is not None:
        return outcome.text
    return None if outcome.message is None else text_of(outcome.message)


def _holds(told: object, served: object) -> bool:
    """Tell whether everything that was served is there; SDKs add what is not."""
    if there := as_object(served):
        here = as_object(told)
        return all(name in here and _holds(here[name], value) for name, value in there.items())
    if items := as_list(served):
        mine = as_list(told)
        return len(mine) == len(items) and all(map(_holds, mine, items))
    return told == served


def _named(key: str) -> str:
    return _shortened(key)


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
