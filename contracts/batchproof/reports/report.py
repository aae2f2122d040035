"""A run as it is reported: each verdict beside what its contract says, and how to see a break again.

Everything that is written down of a run is made of this one value. It does not know how it looks.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from batchproof.contract import Contract, Family, Level, Verdict, Word
from batchproof.known import Weighed
from batchproof.plan import Capability
from batchproof.plan_file import VERSION as PLAN_VERSION
from batchproof.plan_file import PlanFile, document
from batchproof.run import BudgetName, Run, Target, exit_code, fails

# Raised when what reads reports has to change.
VERSION = 1


class Entry(Struct, frozen=True, kw_only=True):
    """One verdict.

    - ``contract``, ``level``, ``family``, ``title``: the contract's own; ``is_manners``: reported apart.
    - ``verdict``: the word; ``reason``: why it is not kept, in a line.
    - ``fails``: whether it alone makes the run fail.
    - ``known``: why the break is excused, if it is a known one.
    - ``key``: the request that shows the break.
    - ``timeline``: what happened, in virtual time.
    - ``plan``: the plan that shows the break, as ``batchproof replay`` reads it; ``requests``: how many it has.
    - ``plan_file``, ``replay``: where it was saved, and the command that plays it again.
    - ``played``: how many plans were played; ``seconds``: how long that took.
    """

    contract: str
    level: Level
    family: Family
    title: str
    is_manners: bool
    verdict: Word
    reason: str
    fails: bool
    known: str | None = None
    key: str | None = None
    timeline: tuple[str, ...] = ()
    plan: dict[str, Any] | None = None
    requests: int | None = None
    plan_file: str | None = None
    replay: str | None = None
    played: int = 0
    seconds: float = 0.0


class Report(Struct, frozen=True, kw_only=True):
    """A run.

    - ``batchproof_report``: the version of this form.
    - ``exit_code``: 0 every claimed MUST is kept, 1 one is broken, 3 nobody knows.
    - ``problems``: what the list of known breaks says and is not true.
    - ``is_complete``: whether the run came to its end; ``is_strict``: whether a SHOULD counts as a MUST does.
    """

    batchproof_report: Literal[1]
    client: str
    capabilities: tuple[Capability, ...]
    seed: int
    budget: BudgetName
    seconds: float
    is_complete: bool
    is_strict: bool
    exit_code: int
    problems: tuple[str, ...]
    verdicts: tuple[Entry, ...]


def reported(
    run: Run,
    target: Target,
    catalogue: Mapping[str, Contract],
    *,
    weighed: Weighed,
    saved: Mapping[str, str],
    is_strict: bool = False,
) -> Report:
    """Return the report of a run; ``saved`` tells where the plan of each broken contract is."""
    excused = weighed.excused
    code = exit_code(run, catalogue, is_strict=is_strict, excused=excused)
    entries = [
        _entry(
            verdict,
            catalogue[verdict.contract],
            fails=fails(verdict, catalogue, is_strict=is_strict, excused=excused),
            known=excused.get(verdict.contract),
            saved=saved.get(verdict.contract),
            target=target,
        )
        for verdict in run.verdicts
    ]
    return Report(
        batchproof_report=VERSION,
        client=run.client,
        capabilities=run.capabilities,
        seed=run.seed,
        budget=run.budget,
        seconds=run.seconds,
        is_complete=run.is_complete,
        is_strict=is_strict,
        exit_code=1 if code == 0 and weighed.problems else code,
        problems=tuple(weighed.problems),
        verdicts=tuple(entries),
    )


def plan_of(verdict: Verdict) -> PlanFile | None:
    """Return the file that plays again what a verdict was found by."""
    finding = verdict.finding
    if finding is None:
        return None
    return PlanFile(
        batchproof_plan=PLAN_VERSION,
        contract=verdict.contract,
        plan=finding.plan,
        reason=finding.reason,
        seed=finding.seed,
    )


def replay_command(path: str, target: Target) -> str:
    """Return the command that plays a saved plan again."""
    client: Sequence[str] = [target.python] if target.python else ["--", *target.program]
    return shlex.join(["batchproof", "replay", path, *client])


def _entry(
    verdict: Verdict, contract: Contract, *, fails: bool, known: str | None, saved: str | None, target: Target
) -> Entry:
    finding, plan = verdict.finding, plan_of(verdict)
    return Entry(
        contract=contract.id,
        level=contract.level,
        family=contract.family,
        title=contract.title,
        is_manners=contract.is_manners,
        verdict=verdict.word,
        reason=verdict.reason,
        fails=fails,
        known=known,
        key=finding.key if finding else None,
        timeline=finding.timeline if finding else (),
        plan=document(plan) if plan else None,
        requests=len(plan.plan.rows) if plan else None,
        plan_file=saved,
        replay=replay_command(saved, target) if saved else None,
        played=verdict.played,
        seconds=verdict.seconds,
    )
