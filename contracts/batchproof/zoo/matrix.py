"""The kill matrix as text, a line for each mutant, and as a page of the docs.

It does not know how it came about.
"""

from collections.abc import Iterable, Iterator, Sequence

from batchproof.zoo.kill import SHARE_MIN, Kill
from batchproof.zoo.mutants.index import MUTANTS

HEADER = f"{'mutant':<14} {'caught':>7} {'plans':>6} {'size':>5}  how"

_HEAD = """\
# The mutant zoo

Whether the contracts would notice: one correct client (`contracts/batchproof/zoo/base`), and what becomes of it
with one bug planted at a labelled place of its source. Each mutant is to be caught by the contract that names
its bug, in at least 95 % of the seeds, and the correct client by none.

```sh
batchproof zoo --quick --mutant J2 --mutant J2-short
```

Without `--mutant` it is all of them and the correct client under every contract; without `--quick`, with twenty
seeds. `--also` tells which other contracts catch each. `batchproof zoo --markdown docs/zoo.md` writes this page.

With SEEDS seeds. *Plans*: how many were played until it was caught; *size*: of the shrunk plan, in rows, faults
and lives; both are medians. A contract's table comes first and is the same for every seed, so 1 means the first
plan of the table.
"""


def line(kill: Kill) -> str:
    """Return what became of one client, in a line."""
    if kill.is_base:
        state = "kept" if not kill.caught else f"NOT KEPT in {kill.caught} of {kill.seeds} seeds: {kill.reason}"
        return f"{'base':<14} {kill.contract:<5} {state}"
    mark = "" if kill.is_right else "NOT CAUGHT: "
    also = f" (also {', '.join(kill.also)})" if kill.also else ""
    return (
        f"{kill.client:<14} {kill.share:>7.0%} {_number(kill.plans):>6} {_number(kill.size):>5}  "
        f"{mark}{kill.reason or MUTANTS[kill.client].does}{also}"
    )


def summary(kills: Sequence[Kill]) -> str:
    """Return what all of it comes to, in a line."""
    mutants = [kill for kill in kills if not kill.is_base]
    base = [kill for kill in kills if kill.is_base]
    caught = sum(kill.is_right for kill in mutants)
    told = f"{caught} of {len(mutants)} mutants caught in at least {SHARE_MIN:.0%} of their seeds"
    kept = sum(kill.is_right for kill in base)
    return told + (f"; the base client keeps {kept} of {len(base)} contracts" if base else "")


def page(kills: Sequence[Kill], *, seeds: int) -> str:
    """Return the page of the docs."""
    head = _HEAD.replace("SEEDS", str(seeds))
    return "\n".join([head, *_page_rows(kills), "", summary(kills) + ".", ""])


def _page_rows(kills: Iterable[Kill]) -> Iterator[str]:
    yield "| mutant | what it does | caught | plans | size |"
    yield "|---|---|---|---|---|"
    for kill in kills:
        if not kill.is_base:
            does = MUTANTS[kill.client].does
            yield f"| {kill.client} | {does} | {kill.share:.0%} | {_number(kill.plans)} | {_number(kill.size)} |"


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
