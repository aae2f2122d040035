"""Params → the very bytes that are sent, or the reason why they cannot be.

Each request is looked at alone, so that one that cannot be sent never sinks the others (docs/clients.md S7).
Params are encoded once, and never changed (S4). It does not know batches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONEncoder
from typing import Any, TypeAlias, cast

Params: TypeAlias = Mapping[str, Any]

# Arguments of the SDK's methods, which are no fields of a request; the API errors every row that has one (S12).
CLIENT_OPTIONS = ("betas", "extra_body", "extra_headers", "extra_query", "timeout", "workspace_id")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not sent, in the API's own types of errors."""

    type: str
    message: str


def encode(params: Params) -> bytes | Refusal:
    """Return compact JSON in UTF-8: what the SDK would send."""
    reason = _known_defect(params)
    if reason is not None:
        return Refusal("invalid_request_error", reason)
    try:
        return _encoder.encode(params).encode()
    except UnicodeEncodeError as error:
        return Refusal("invalid_request_error", f"params hold half a surrogate pair: {error.reason}")
    except (TypeError, ValueError, RecursionError) as error:
        return Refusal("invalid_request_error", f"params cannot be written as JSON: {error}")


def _known_defect(params: object) -> str | None:
    """Return what would make the API error this row only hours later (S13).

    Source: https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08 (no streaming);
    observed 2026-09 (``max_tokens: 0`` errors the row).
    """
    if not isinstance(params, Mapping):
        return f"params are {type(params).__name__}; they are an object, as for messages.create"
    fields = cast("Params", params)
    if fields.get("stream"):
        return "stream: a batch does not stream; leave it out"
    most = fields.get("max_tokens")
    if isinstance(most, int) and most < 1:
        return "max_tokens: must be greater than or equal to 1"
    misplaced = [name for name in CLIENT_OPTIONS if name in fields]
    return f"{misplaced[0]}: an option of the SDK's methods, not a field of a request" if misplaced else None


def _plain(value: object) -> object:
    """Return what any mapping, or an SDK model such as a content block of an earlier answer, stands for."""
    if isinstance(value, Mapping):
        return dict(cast("Params", value))
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"{type(value).__name__} is not JSON")
    return dump(mode="json", exclude_unset=True, by_alias=True)


# The standard library's encoder: NaN is refused where faster ones would send null.
_encoder = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
