"""A run of a catalogue of its own, in which everything happens that can."""

from collections.abc import Mapping, Sequence

from batchproof.contract import Contract, Family, Finding, Level, Verdict, Word
from batchproof.known import Known, weighed
from batchproof.plan import Capability, Plan, Row
from batchproof.reports.report import Report, reported
from batchproof.run import Run, Target

BATCH = "msgbatch_018yRH8NWY1YYzHJHYeM2gYW"
TIMELINE = (
    f"+000:00:00 create of 2 → 200 {BATCH}",
    *(f"+000:{minute:02d}:00 retrieve {BATCH} → 200 in_progress" for minute in range(30)),
    f"+000:31:00 results {BATCH} → 200, 2 lines, 406 bytes",
    "+000:31:00 it returned 2 succeeded",
)
NOT_CLAIMED = "the client does not offer: resume"
PLAN = Plan(rows=(Row(key="a"), Row(key="b<c>")))


def contract(
    name: str,
    level: Level = "MUST",
    family: Family = "identity",
    *,
    needs: Sequence[Capability] = (),
    is_manners: bool = False,
) -> Contract:
    return Contract(
        id=name,
        level=level,
        family=family,
        title=f"What {name} is & does",
        statement="A client has to.",
        story="It did not.",
        why="https://example.com/1",
        fix="Do it.",
        check=lambda evidence: None,
        needs=frozenset(needs),
        is_manners=is_manners,
    )


ALL = [
    *(contract(f"J{number}") for number in range(1, 13)),
    *(contract(f"T{number}", "SHOULD", "outcomes") for number in range(1, 4)),
    *(contract(f"R{number}", family="crash", needs=["resume"]) for number in range(1, 4)),
    *(contract(f"P{number}", "SHOULD", "polling", is_manners=True) for number in range(1, 4)),
]
CATALOGUE: Mapping[str, Contract] = {one.id: one for one in ALL}


def verdict(name: str, word: Word, reason: str = "") -> Verdict:
    if word in ("kept", "not claimed"):
        return Verdict(contract=name, word=word, reason=reason, played=7, seconds=0.5)
    why = reason or f"'a' was <wrong> in {name}"
    if word == "inconclusive":
        return Verdict(contract=name, word=word, reason=why)
    finding = Finding(reason=why, key="a", plan=PLAN, timeline=TIMELINE, played=3, seed=5)
    return Verdict(contract=name, word=word, reason=why, played=4, finding=finding, seconds=1.25)


def run(*, is_complete: bool = True, client: str = "shop.batches:run", **words: Word) -> Run:
    """Return a run; what is not named is kept, or not claimed if it needs something."""
    verdicts: list[Verdict] = []
    for one in ALL:
        claimed: Word = "not claimed" if one.needs else "kept"
        word = words.get(one.id, claimed)
        verdicts.append(verdict(one.id, word, NOT_CLAIMED if word == "not claimed" else ""))
    return Run(
        client=client,
        capabilities=("poison",),
        seed=5,
        budget="quick",
        verdicts=tuple(verdicts),
        seconds=12.34,
        is_complete=is_complete,
    )


def report(
    made: Run, *, known: Sequence[Known] = (), is_strict: bool = False, target: Target | None = None
) -> Report:
    """Return the report of a run; plans are where ``verify`` saves them."""
    return reported(
        made,
        target or Target(python=made.client),
        CATALOGUE,
        weighed=weighed(known, made.verdicts),
        saved={one.contract: f".batchproof/{one.contract}.json" for one in made.verdicts if one.finding},
        is_strict=is_strict,
    )


EVENTFUL = run(J1="broken", J4="flaky", J7="inconclusive", T2="broken", P1="broken", J9="broken")
KNOWN = [Known(contract="J9", reason="issue 12")]
