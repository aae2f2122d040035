"""A workspace as a JSON document, to put it back later, here or elsewhere: facts, clock, scenario.

The requests in it are as they were submitted, so it is as large as they are; no credential is in it, nor any
history. It does not know who keeps it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from msgspec import Meta, Struct

from batchmock.clock import ClockMode, ClockSetting
from batchmock.document import parsed_at, refuse_misspelt
from batchmock.errors import UsageError
from batchmock.facts import BatchFacts, Submission, WorkspaceState
from batchmock.scenario import Scenario
from batchmock.scenarios.document import dump, read
from batchmock.times import parse_duration, parse_instant, timestamp, write_duration
from batchmock.wire.refusal import describe
from batchmock.wire.request import BatchRequest, are_sound
from batchmock.workspace import Workspace

Count = Annotated[int, Meta(ge=0)]

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
    """The facts of a batch; ``batchmock.facts`` says what they are."""

    id: Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]{1,128}$")]
    number: Annotated[int, Meta(ge=1)]
    created_at: str
    held: str
    missed_reads: Count
    missed_results: Count
    downloads: Count
    cancel_initiated_at: str | None
    api_version: str
    betas: list[str]
    user_profile_id: str | None
    scenario: dict[str, Any]
    requests: list[BatchRequest]


class Snapshot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole document; ``created`` is how many batches there ever were, ``exchanges`` how many exchanges."""

    format: Literal["batchmock-snapshot-1"]
    clock: ClockState
    scenario: dict[str, Any]
    created: Count
    exchanges: Count
    batches: list[BatchState]


_decoder = msgspec.json.Decoder(Snapshot)
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def write_snapshot(state: WorkspaceState) -> Iterator[bytes]:
    """Return the document piece by piece.

    Raises:
        UsageError: a scenario has what is for Python alone.
    """
    clock = ClockState(
        mode=state.clock.mode,
        now=timestamp(state.now),
        speed=state.clock.speed,
        step=write_duration(state.clock.step),
    )
    whole = Snapshot(
        format=FORMAT,
        clock=clock,
        scenario=dump(state.scenario),
        created=state.created,
        exchanges=state.exchanges,
        batches=[],
    )
    heads = [_head(facts) for facts in state.batches]
    return _pieces(_open(whole, "batches"), heads, state.batches)


def _misshapen(body: bytes | bytearray, error: msgspec.ValidationError) -> UsageError:
    """Return what is wrong with a document of another shape; behind the wrong place it may be no JSON at all."""
    try:
        refuse_misspelt(Snapshot, msgspec.json.decode(body))
    except UsageError as misspelt:
        return misspelt
    except _NOT_JSON as broken:
        return UsageError(f"not JSON: {broken}")
    return UsageError(describe(error))


def read_snapshot(body: bytes | bytearray, space: Workspace) -> WorkspaceState:
    """Read a document for a workspace, which lends its models, and its canned answers if they have the same name.

    Raises:
        UsageError: it is none, or it says what cannot be; names the place.
    """
    try:
        snapshot = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _misshapen(body, error) from None
    except _NOT_JSON as error:
        raise UsageError(f"not JSON: {error}") from None
    now = parsed_at("clock.now", parse_instant, snapshot.clock.now)
    step = parsed_at("clock.step", parse_duration, snapshot.clock.step)
    batches = tuple(
        _facts(batch, f"batches.{number}", now, space) for number, batch in enumerate(snapshot.batches)
    )
    _refuse_twins(batches, snapshot.created)
    return WorkspaceState(
        clock=ClockSetting(mode=snapshot.clock.mode, speed=snapshot.clock.speed, step=step),
        now=now,
        scenario=_scenario("scenario", snapshot.scenario, space),
        created=snapshot.created,
        exchanges=snapshot.exchanges,
        batches=batches,
    )


def _pieces(start: bytes, heads: Sequence[bytes], batches: Sequence[BatchFacts]) -> Iterator[bytes]:
    yield start
    for number, (head, facts) in enumerate(zip(heads, batches, strict=True)):
        yield (b"," if number else b"") + head
        requests = facts.submission.requests
        for first in range(0, len(requests), SLICE):
            slice_ = msgspec.json.encode(requests[first : first + SLICE])
            yield (b"," if first else b"") + slice_[1:-1]
        yield b"]}"
    yield b"]}"


def _head(facts: BatchFacts) -> bytes:
    submission, cancel = facts.submission, facts.cancel_initiated_at
    state = BatchState(
        id=submission.id,
        number=submission.number,
        created_at=timestamp(submission.created_at),
        held=write_duration(submission.held),
        missed_reads=facts.missed_reads,
        missed_results=facts.missed_results,
        downloads=facts.downloads,
        cancel_initiated_at=None if cancel is None else timestamp(cancel),
        api_version=submission.api_version,
        betas=sorted(submission.betas),
        user_profile_id=submission.user_profile_id,
        scenario=dump(submission.scenario),
        requests=[],
    )
    return _open(state, "requests")


def _open(document: Struct, last: str) -> bytes:
    """Return a document up to where the items of its last field, which is empty, begin."""
    assert document.__struct_fields__[-1] == last
    return msgspec.json.encode(document).removesuffix(b"]}")


def _facts(state: BatchState, path: str, now: int, space: Workspace) -> BatchFacts:
    created_at = parsed_at(f"{path}.created_at", parse_instant, state.created_at)
    if created_at > now:
        raise UsageError(f"{path}.created_at: {state.created_at} is later than clock.now")
    if not are_sound(state.requests):
        raise UsageError(f"{path}.requests: no create call would take them")
    submission = Submission(
        id=state.id,
        number=state.number,
        created_at=created_at,
        requests=state.requests,
        scenario=_scenario(f"{path}.scenario", state.scenario, space),
        api_version=state.api_version,
        betas=frozenset(state.betas),
        user_profile_id=state.user_profile_id,
        held=parsed_at(f"{path}.held", parse_duration, state.held),
        models=space.models,
    )
    return BatchFacts(
        submission,
        _cancel(state, f"{path}.cancel_initiated_at", created_at, now),
        missed_reads=state.missed_reads,
        missed_results=state.missed_results,
        downloads=state.downloads,
    )


def _cancel(state: BatchState, path: str, created_at: int, now: int) -> int | None:
    if state.cancel_initiated_at is None:
        return None
    instant = parsed_at(path, parse_instant, state.cancel_initiated_at)
    if not created_at <= instant <= now:
        raise UsageError(f"{path}: {state.cancel_initiated_at} is not between created_at and clock.now")
    return instant


def _refuse_twins(batches: Sequence[BatchFacts], created: int) -> None:
    ids = [facts.submission.id for facts in batches]
    if created < len(ids):
        raise UsageError(f"created: {created} is less than the {len(ids)} batches there are")
    for twin in (id_ for id_, times in Counter(ids).items() if times > 1):
        raise UsageError(f"batches: {twin} is there twice")


def _scenario(path: str, document: Mapping[str, object], space: Workspace) -> Scenario:
    at_hand = space.scenario.answers.canned
    match document:
        case {"answers": {"canned": str(named)}} if at_hand is not None and at_hand.named == named:
            answers = cast(Mapping[str, object], document["answers"])
            document = {**document, "answers": {**answers, "canned": at_hand}}
        case _:
            pass
    return parsed_at(path, read, document)
