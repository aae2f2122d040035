"""Known breaks: contracts that a client may break for now, and what is wrong with such a list.

A ratchet: what is kept again has to leave the list. It does not know files.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from msgspec import Struct

from batchproof.contract import Verdict, Word

# What a known break excuses.
BROKEN: Collection[Word] = ("broken", "flaky")


class Known(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: a contract's id, or a pattern of ids such as ``R*``, and why it may be broken."""

    contract: str
    reason: str

    def matches(self, name: str) -> bool:
        """Tell whether it is about a contract."""
        return fnmatchcase(name, self.contract)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a list comes to beside the verdicts of a run.

    - ``excused``: the contracts that are broken and known to be, with the reason.
    - ``problems``: what of the list is no longer true, a sentence each.
    """

    excused: Mapping[str, str]
    problems: Sequence[str]


def unmatched(known: Sequence[Known], contracts: Collection[str]) -> Sequence[Known]:
    """Return the entries that are about no contract there is."""
    return [entry for entry in known if not any(entry.matches(name) for name in contracts)]


def weighed(known: Sequence[Known], verdicts: Sequence[Verdict]) -> Weighed:
    """Weigh a list beside verdicts; of contracts that were not judged it says nothing."""
    excused = {
        verdict.contract: entry.reason
        for verdict in verdicts
        if verdict.word in BROKEN
        for entry in reversed(known)
        if entry.matches(verdict.contract)
    }
    return Weighed(excused, [problem for entry in known for problem in _problems(entry, verdicts)])


def updated(known: Sequence[Known], verdicts: Sequence[Verdict]) -> Sequence[Known]:
    """Return the list as it would be right: what is kept leaves it, what is broken enters it, reasons stay."""
    still = [entry for entry in known if not _kept(entry, verdicts)]
    lost = [entry for entry in known if _kept(entry, verdicts)]
    new = [
        Known(contract=verdict.contract, reason=_reason(verdict, lost))
        for verdict in verdicts
        if verdict.word in BROKEN and not any(entry.matches(verdict.contract) for entry in still)
    ]
    return [*still, *new]


def _problems(entry: Known, verdicts: Sequence[Verdict]) -> Sequence[str]:
    told = entry.contract
    kept = _kept(entry, verdicts)
    if kept and told == kept[0]:
        return [f"{told} is kept, and the known breaks say that it is broken; take it out"]
    if kept:
        return [f"{', '.join(kept)} kept, and the known breaks say {told}; name those that are still broken"]
    of_it = [verdict.word for verdict in verdicts if entry.matches(verdict.contract)]
    if of_it and all(word == "not claimed" for word in of_it):
        return [f"the known breaks say {told}, which the client does not claim; take it out"]
    return []


def _kept(entry: Known, verdicts: Sequence[Verdict]) -> Sequence[str]:
    return [verdict.contract for verdict in verdicts if verdict.word == "kept" and entry.matches(verdict.contract)]


def _reason(verdict: Verdict, lost: Sequence[Known]) -> str:
    """Return why a pattern that had to leave knew it, or else what was seen."""
    return next((entry.reason for entry in lost if entry.matches(verdict.contract)), verdict.reason)
