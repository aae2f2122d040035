"""Plays a saved plan to a client again, without looking for any other.

A callable in a process of its own where there are forks, as a plan may be one that takes the process with it. It
does not know how plans are found.
"""

from typing import cast

from msgspec import Struct

from batchproof.arena.forks import CAN_FORK, Fork, in_child
from batchproof.arena.open import open_arena
from batchproof.contract import Contract, Finding, Verdict
from batchproof.errors import BatchproofError, DiedError
from batchproof.evidence import Evidence
from batchproof.plan_file import PlanFile
from batchproof.run import Target
from batchproof.timeline import timeline
from batchproof.trial import play


class Replayed(Struct, frozen=True, kw_only=True):
    """What came of it: a verdict on one plan, and what happened, whether or not it was right."""

    client: str
    verdict: Verdict
    timeline: tuple[str, ...]


def replay(file: PlanFile, contract: Contract, target: Target) -> Replayed:
    """Play a plan to a client, and judge it by its contract.

    Raises:
        UsageError: there is no such client. HarnessError: the suite could not play it.
    """
    if not CAN_FORK or target.python is None:
        return _replay(file, contract, target)
    try:
        told = in_child(lambda fork: _in_child(fork, file, contract, target))
    except DiedError as error:
        return _died(file, target, error.code)
    if isinstance(told, BatchproofError):
        raise told
    return cast(Replayed, told)


def _in_child(fork: Fork, file: PlanFile, contract: Contract, target: Target) -> Replayed | BatchproofError:
    try:
        return _replay(file, contract, target)
    except BatchproofError as error:
        return error


def _replay(file: PlanFile, contract: Contract, target: Target) -> Replayed:
    with open_arena(target) as (arena, client):
        seen = play(file.plan, arena)
    found = contract.check(Evidence(seen))
    lines = timeline(seen)
    if found is None:
        verdict = Verdict(contract=contract.id, word="kept", played=1)
        return Replayed(client=client.name, verdict=verdict, timeline=lines)
    finding = Finding(reason=found.reason, key=found.key, plan=file.plan, timeline=lines, played=1, seed=file.seed)
    verdict = Verdict(contract=contract.id, word="broken", reason=found.reason, played=1, finding=finding)
    return Replayed(client=client.name, verdict=verdict, timeline=lines)


def _died(file: PlanFile, target: Target, code: int) -> Replayed:
    reason = f"it took its process with it (exit code {code})"
    finding = Finding(reason=reason, key=None, plan=file.plan, timeline=(), played=1, seed=file.seed)
    verdict = Verdict(contract=file.contract, word="broken", reason=reason, played=1, finding=finding)
    return Replayed(client=target.name, verdict=verdict, timeline=())
