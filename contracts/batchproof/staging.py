"""What a plan comes to when it is played: the requests that a client is called with, and the emulator's scenario.

It does not know clients or emulators.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from batchmock.faults import Answer, AnyFault, Patch, Rows
from batchmock.outcomes import Pin
from batchmock.scenario import Scenario
from batchproof.plan import Edit, Plan, Row, nonce

# One alias of each family, to tell an edited model from the one before.
MODEL = "claude-haiku-4-5"
OTHER_MODEL = "claude-sonnet-4-5"
API_KEY = "sk-test-canary-0d1c7a52"
OTHER_API_KEY = "sk-test-canary-9b44e18f"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a client gets it."""

    key: str
    params: dict[str, Any]
    betas: tuple[str, ...] = ()

    @property
    def as_json(self) -> dict[str, Any]:
        """The API's own form of it, with the key as its ``custom_id``."""
        return {"custom_id": self.key, "params": self.params}


@dataclass(frozen=True, slots=True)
class Given:
    """What one life of a client is called with."""

    requests: tuple[Request, ...]
    api_key: str
    nonces: dict[str, str]


def given(plan: Plan, life: int) -> Given:
    """Return what the n-th life (from 0) is called with."""
    edits = [edit for one in plan.lives[: life + 1] for edit in one.edits]
    revisions = [_count(edits, "prompt", row) for row in range(len(plan.rows))]
    models = [OTHER_MODEL if _count(edits, "model", row) % 2 else MODEL for row in range(len(plan.rows))]
    nonces = [nonce(row, revision) for row, revision in enumerate(revisions)]
    nonces = [nonces[at if row.same_as is None else row.same_as] for at, row in enumerate(plan.rows)]
    requests = [_request(row, nonces[at], models[at]) for at, row in enumerate(plan.rows)]
    if _count(edits, "order") % 2:
        requests.reverse()
    api_key = OTHER_API_KEY if _count(edits, "api_key") % 2 else API_KEY
    return Given(tuple(requests), api_key, {row.key: nonces[at] for at, row in enumerate(plan.rows)})


def staged(plan: Plan, *, elsewhere: str = "") -> Scenario:
    """Return the scenario of the first life: each row pinned to its outcome, another origin by its name."""
    pins = tuple(_pins(plan.rows))
    faults = (*_padded(plan.rows), *(_named(fault, elsewhere) for fault in plan.scenario.faults))
    return replace(plan.scenario, pins=pins + plan.scenario.pins, faults=faults)


def healed(plan: Plan) -> Scenario:
    """Return the scenario of all later lives, in which nothing goes wrong any more."""
    return replace(staged(plan), faults=())


def _padded(rows: Iterable[Row]) -> Iterable[Rows]:
    """Yield what makes answers longer than the API lets any prompt ask for."""
    for at, row in enumerate(rows):
        if row.padding:
            text = {"type": "text", "text": f"{nonce(at)} {'x' * row.padding}"}
            yield Rows(on=("results",), rows=(at + 1,), merge={"result": {"message": {"content": [text]}}})


def _count(edits: Sequence[Edit], what: str, row: int = 0) -> int:
    of_row = what in ("prompt", "model")
    return sum(edit.what == what and (not of_row or edit.row == row) for edit in edits)


def _request(row: Row, nonce: str, model: str) -> Request:
    text = f"{nonce} {row.said}".rstrip(" ")
    if row.poison == "surrogate":
        text += " \ud800"
    params: dict[str, Any] = {
        "model": model,
        "max_tokens": 64,
        "messages": [{"role": "user", "content": text}],
        **row.params,
    }
    if row.poison == "nan":
        params["metadata"] = {"user_id": float("nan")}
    if row.poison == "object":
        params["metadata"] = {"user_id": object()}
    return Request(row.key, params, row.betas)


def _named(fault: AnyFault, elsewhere: str) -> AnyFault:
    """Return a fault with the name of another origin where a plan says ``{elsewhere}``."""
    if isinstance(fault, Patch):
        merge = {name: _filled(value, elsewhere) for name, value in fault.merge.items()}
        return replace(fault, merge=merge)
    if isinstance(fault, Answer):
        return replace(fault, headers={name: _filled(value, elsewhere) for name, value in fault.headers.items()})
    return fault


def _filled(value: Any, elsewhere: str) -> Any:
    return value.replace("{elsewhere}", elsewhere) if isinstance(value, str) else value


def _pins(rows: Iterable[Row]) -> Iterable[Pin]:
    for at, row in enumerate(rows):
        if row.state == "succeeded" and row.stop_reason is None:
            continue
        yield Pin(
            contains=nonce(at).rpartition("-")[0] + "-",
            state=row.state,
            error=row.error,
            message=row.message,
            stop_reason=row.stop_reason,
        )
