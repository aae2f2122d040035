"""The natural shapes of an outcome: the SDK's objects, the API's JSON, the reference client's types, plainer ones.

Each is read by what it says on the wire, never by its class alone. It does not know what should be in them.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from batchproof.documents import Json
from batchproof.outcome import Outcome

# Says what is accepted, where something was not.
ACCEPTED = (
    "an outcome is the SDK's MessageBatchIndividualResponse or its result, the API's own JSON of either, a "
    "message, the answer's text, None for a request that never got a line, or an exception"
)


def read_outcome(value: object) -> Outcome | None:
    """Return what a client says of one key; None if it is nothing that can be read."""
    if value is None:
        return Outcome(kind="missing")
    if isinstance(value, Outcome):
        return value
    if isinstance(value, str):
        return Outcome(kind="succeeded", text=value)
    if isinstance(value, BaseException):
        return _of_exception(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _of_dataclass(value)
    document = _as_json(value)
    return None if document is None else _of_document(document)


def read_outcomes(returned: Mapping[Any, object]) -> tuple[dict[str, Outcome], dict[str, str]]:
    """Return what a client says of each key, and how what it says looks where it can be none."""
    outcomes: dict[str, Outcome] = {}
    odd: dict[str, str] = {}
    for key, value in returned.items():
        outcome = read_outcome(value)
        if not isinstance(key, str):
            odd[looks(key)] = f"a key of type {type(key).__name__}"
        elif outcome is None:
            odd[key] = f"{looks(value)} ({ACCEPTED})"
        else:
            outcomes[key] = outcome
    return outcomes, odd


def _as_json(value: object) -> Json | None:
    """Return the JSON that the SDK's objects stand for, also of types that it does not know."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in cast(Mapping[Any, Any], value).items()}
    dump = getattr(value, "model_dump", None)
    if dump is None:
        return None
    return dump(mode="json", warnings=False, exclude_unset=True)


def _of_document(document: Json) -> Outcome | None:
    if "result" in document and "type" not in document:
        inner = _as_json(document["result"])
        return _unknown(document) if inner is None else _of_result(inner)
    return _of_result(document)


def _of_result(result: Json) -> Outcome | None:
    match result.get("type"):
        case "message":
            return Outcome(kind="succeeded", message=result)
        case "succeeded":
            message = _as_json(result.get("message"))
            return None if message is None else Outcome(kind="succeeded", message=_plain(message))
        case "errored":
            return _of_error(_as_json(result.get("error")) or {})
        case "canceled":
            return Outcome(kind="canceled")
        case "expired":
            return Outcome(kind="expired")
        case "missing":
            return Outcome(kind="missing")
        case _:
            return _unknown(result)


def _of_error(error: Json) -> Outcome:
    """Read an error in its envelope, or by itself."""
    inner = _as_json(error.get("error")) if error.get("type") == "error" or "error" in error else error
    inner = inner or {}
    return Outcome(kind="errored", error_type=_text(inner.get("type")), error_message=_text(inner.get("message")))


def _of_exception(error: BaseException) -> Outcome:
    named = getattr(error, "type", None)
    message = getattr(error, "message", None)
    return Outcome(
        kind="errored",
        error_type=_text(named) or type(error).__name__,
        error_message=_text(message) or str(error),
    )


def _of_dataclass(value: Any) -> Outcome | None:
    """Read the reference client's types, and any dataclass made like them, by the names that the wire has."""
    told = {field.name: getattr(value, field.name) for field in fields(value)}
    match type(value).__name__.lower():
        case "succeeded":
            return Outcome(kind="succeeded", message=_as_json(told.get("message")), text=_text(told.get("text")))
        case "errored":
            error_type, message = _text(told.get("type")), _text(told.get("message"))
            return Outcome(kind="errored", error_type=error_type, error_message=message)
        case "expired":
            return Outcome(kind="expired")
        case "canceled":
            return Outcome(kind="canceled")
        case "missing":
            return Outcome(kind="missing")
        case "unknown":
            return Outcome(kind="unknown", raw=str(told.get("raw"))[:2000])
        case _:
            return None


def _unknown(document: Json) -> Outcome:
    return Outcome(kind="unknown", raw=json.dumps(document, default=repr)[:2000])


def _plain(value: Json) -> Json:
    """Return JSON without anything of an SDK left in it."""
    return json.loads(json.dumps(value, default=_as_json))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def looks(value: object) -> str:
    """Return how a value looks, in a line."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    return text if len(text) <= 120 else f"{text[:117]}…"
