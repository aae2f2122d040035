"""A workspace as a JSON document, to put it back later, here or elsewhere: facts, clock, scenario.

The requests in it are as they were submitted, so it is as large as they are; no credential is in it, nor any
history. It does not know who keeps it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from batchmock.clock import ClockMode, ClockSetting
from batchmock.errors import UsageError
from batchmock.facts import BatchFacts, Submission, WorkspaceState
from batchmock.models import Model
from batchmock.scenario import Scenario
from batchmock.scenario_document import dump, read
from batchmock.times import parse_duration, parse_instant, timestamp, write_duration
from batchmock.wire.refusal import describe
from batchmock.wire.request import BatchRequest, are_sound

Given = TypeVar("Given")
Parsed = TypeVar("Parsed")

# What the layout below is called; another layout gets another number.
FORMAT: Final = "batchmock-snapshot-1"
# Requests written at once: large ones make a megabyte.
SLICE = 500


class ClockState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clock's reading, and how it moves."""

    mode: ClockMode
    now: str
    speed: float
    step: str


class BatchState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The facts of a batch."""

    id: Annotated[str, Meta(pattern="^msgbatch_[a-zA-Z0-9]{1,64}$")]
    created_at: str
    cancel_initiated_at: str | None
    api_version: str
    betas: list[str]
    user_profile_id: str | None
    scenario: dict[str, Any]
    requests: list[BatchRequest]


class Snapshot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole document; ``created`` is how many batches were ever created."""

    format: Literal["batchmock-snapshot-1"]
    clock: ClockState
    scenario: dict[str, Any]
    created: Annotated[int, Meta(ge=0)]
    batches: list[BatchState]


_decoder = msgspec.json.Decoder(Snapshot)


def write_snapshot(state: WorkspaceState) -> Iterator[bytes]:
    """Yield the document piece by piece."""
    clock = ClockState(
        mode=state.clock.mode,
        now=timestamp(state.now),
        speed=state.clock.speed,
        step=write_duration(state.clock.step),
    )
    whole = Snapshot(format=FORMAT, clock=clock, scenario=dump(state.scenario), created=state.created, batches=[])
    yield _open(whole, "batches")
    for number, facts in enumerate(state.batches):
        if number:
            yield b","
        yield from _written(facts)
    yield b"]}"


def read_snapshot(body: bytes | bytearray, models: Mapping[str, Model]) -> WorkspaceState:
    """Read a document; ``models`` are those that its requests are answered by from now on.

    Raises:
        UsageError: it is none, or it says what cannot be; names the place.
    """
    try:
        snapshot = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise UsageError(describe(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"not JSON: {error}") from None
    now = _at("clock.now", parse_instant, snapshot.clock.now)
    step = _at("clock.step", parse_duration, snapshot.clock.step)
    batches = tuple(
        _facts(batch, f"batches.{number}", now, models) for number, batch in enumerate(snapshot.batches)
    )
    _refuse_twins(batches, snapshot.created)
    return WorkspaceState(
        clock=ClockSetting(mode=snapshot.clock.mode, speed=snapshot.clock.speed, step=step),
        now=now,
        scenario=_scenario("scenario", snapshot.scenario),
        created=snapshot.created,
        batches=batches,
    )


def _written(facts: BatchFacts) -> Iterator[bytes]:
    submission, cancel = facts.submission, facts.cancel_initiated_at
    head = BatchState(
        id=submission.id,
        created_at=timestamp(submission.created_at),
        cancel_initiated_at=None if cancel is None else timestamp(cancel),
        api_version=submission.api_version,
        betas=sorted(submission.betas),
        user_profile_id=submission.user_profile_id,
        scenario=dump(submission.scenario),
        requests=[],
    )
    yield _open(head, "requests")
    for first in range(0, len(submission.requests), SLICE):
        slice_ = msgspec.json.encode(submission.requests[first : first + SLICE])
        yield (b"," if first else b"") + slice_[1:-1]
    yield b"]}"


def _open(document: Struct, last: str) -> bytes:
    """Return a document up to where the items of its last field, which is empty, begin."""
    assert document.__struct_fields__[-1] == last
    return msgspec.json.encode(document).removesuffix(b"]}")


def _facts(state: BatchState, path: str, now: int, models: Mapping[str, Model]) -> BatchFacts:
    created_at = _at(f"{path}.created_at", parse_instant, state.created_at)
    if created_at > now:
        raise UsageError(f"{path}.created_at: {state.created_at} is later than clock.now")
    if not are_sound(state.requests):
        raise UsageError(f"{path}.requests: no create call would take them")
    submission = Submission(
        id=state.id,
        created_at=created_at,
        requests=state.requests,
        scenario=_scenario(f"{path}.scenario", state.scenario),
        api_version=state.api_version,
        betas=frozenset(state.betas),
        user_profile_id=state.user_profile_id,
        models=models,
    )
    return BatchFacts(submission, _cancel(state, f"{path}.cancel_initiated_at", created_at, now))


def _cancel(state: BatchState, path: str, created_at: int, now: int) -> int | None:
    if state.cancel_initiated_at is None:
        return None
    instant = _at(path, parse_instant, state.cancel_initiated_at)
    if not created_at <= instant <= now:
        raise UsageError(f"{path}: {state.cancel_initiated_at} is not between created_at and clock.now")
    return instant


def _refuse_twins(batches: Sequence[BatchFacts], created: int) -> None:
    ids = [facts.submission.id for facts in batches]
    if created < len(ids):
        raise UsageError(f"created: {created} is less than the {len(ids)} batches there are")
    for twin in (id_ for id_, times in Counter(ids).items() if times > 1):
        raise UsageError(f"batches: {twin} is there twice")


def _scenario(path: str, document: Mapping[str, object]) -> Scenario:
    return _at(path, read, document)


def _at(path: str, parse: Callable[[Given], Parsed], given: Given) -> Parsed:
    try:
        return parse(given)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
