"""The nine invariants: true of every run, whatever its plan; most other contracts are about one way to break one.

Each is also asked of the runs of all other contracts. It does not know how plans are played.
"""

from dataclasses import replace

import hypothesis.strategies as st

from batchproof.checks.all_of import all_of
from batchproof.checks.billing import bought_once
from batchproof.checks.calls import not_canceled, not_sent_elsewhere
from batchproof.checks.every import conserved, honest, provenance, same_after_a_crash
from batchproof.checks.keeping import safe_before_deleted
from batchproof.checks.manners import stops_when_refused, waits_when_told
from batchproof.checks.returns import ends_by_itself
from batchproof.checks.secrets import key_stays_home
from batchproof.contract import Check, Contract, Level
from batchproof.outcome import FINAL, PASSING
from batchproof.plan import WHOLE_LIFE
from batchproof.strategies.faults import bursts, cuts, framings, missing
from batchproof.strategies.lives import killed_again, killed_once
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import TEXT, plain_keys, rows

_faults = st.one_of(
    framings(),
    cuts(),
    bursts("retrieve", longest=3),
    missing(),
    missing(calls=(1,)),
    st.tuples(framings(), cuts()).map(lambda both: both[0] + both[1]),
)
EVERYTHING = plans(
    rows=rows(
        keys=plain_keys(),
        states=("succeeded", "errored", "expired", "canceled"),
        errors=(*PASSING, *FINAL),
        said=TEXT,
        min_size=1,
        max_size=12,
    ),
    scenario=scenarios(faults=_faults),
    lives=st.one_of(st.just((WHOLE_LIFE,)), killed_once()),
)
KILLED = plans(
    rows=rows(states=("succeeded", "errored"), errors=FINAL, said=TEXT, min_size=1), lives=killed_again()
)


def _invariant(
    name: str, title: str, statement: str, check: Check, *, level: Level = "MUST", is_manners: bool = False
) -> Contract:
    return Contract(
        id=name,
        level=level,
        family="invariants",
        title=title,
        statement=statement,
        story="It is what the contracts of the other families have in common; a run of any of them can show its "
        "break.",
        why="https://platform.claude.com/docs/en/build-with-claude/batch-processing",
        fix="See the contract whose plan shows it.",
        check=check,
        plans=EVERYTHING,
        is_manners=is_manners,
    )


CONTRACTS = (
    _invariant(
        "I1", "Conservation", "What comes out MUST have the keys that went in, one outcome each.", conserved
    ),
    _invariant("I2", "Provenance", "The answer under a key MUST be the answer to that key's prompt.", provenance),
    _invariant("I3", "One bill at most", "No request MUST be answered in two batches.", bought_once),
    _invariant(
        "I4",
        "Honesty",
        "What did not succeed MUST keep its kind, type and message; unknown MUST NOT be success.",
        honest,
    ),
    _invariant("I5", "Termination", "Once the server is at rest, the client MUST come to an end.", ends_by_itself),
    _invariant(
        "I6",
        "Manners",
        "Limits, Retry-After and refusals SHOULD be respected.",
        all_of(waits_when_told, stops_when_refused),
        level="SHOULD",
        is_manners=True,
    ),
    replace(
        _invariant(
            "I7",
            "Crash equivalence",
            "A run that was killed and resumed MUST give the same map.",
            same_after_a_crash,
        ),
        needs=frozenset({"resume"}),
        plans=KILLED,
    ),
    _invariant(
        "I8", "Secrets", "Credentials MUST go to the configured origin only, and into no output.", key_stays_home
    ),
    _invariant(
        "I9",
        "Nothing unasked",
        "A client MUST NOT cancel, delete or run again what it was not asked to.",
        all_of(not_canceled, not_sent_elsewhere, safe_before_deleted),
    ),
)
