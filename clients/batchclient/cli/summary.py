"""What a run came to, in figures and in words, and as an exit code.

It does not know how it came to it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields

from batchclient.cost import Cost, cost
from batchclient.journal import Journal
from batchclient.money import dollars
from batchclient.outcomes import Counts, Ending, Succeeded
from batchclient.prices import PRICES
from batchclient.reasons import Reason, reasons
from batchclient.run import messages
from batchclient.shapes import Json

# The reasons that are told; when most requests fail, they fail for one or two.
REASONS_MAX = 3
# Of a line: the narrowest terminal that is still usual.
WIDTH = 80
WHOLE, IN_PART, USAGE, UNFINISHED, INTERRUPTED = 0, 1, 2, 3, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Every request accounted for. ``resent`` counts requests sent again, ``endings`` how answers ended."""

    counts: Counts
    endings: Counter[Ending]
    cost: Cost
    reasons: list[Reason]
    batches: int
    resent: int

    @property
    def exit_code(self) -> int:
        """Say by number how it went."""
        if self.counts.open:
            return UNFINISHED
        return WHOLE if self.endings["finished"] == self.counts.total else IN_PART


def summary_of(journal: Journal) -> Summary:
    """Read what there is to say of a run, in one pass over its answers."""
    endings: Counter[Ending] = Counter()

    def noted() -> Iterator[Json]:
        for message in messages(journal):
            endings[Succeeded(message).ending] += 1
            yield message

    sent = [parcel for parcel in journal.parcels() if parcel.batch_id]
    return Summary(
        cost=cost(noted(), PRICES),
        endings=endings,
        counts=journal.counts(),
        reasons=reasons(journal),
        batches=len(sent),
        resent=sum(parcel.count for parcel in sent if parcel.round),
    )


def figures(summary: Summary) -> list[tuple[str, str]]:
    """Return what is to be said, with its names; what did not happen is left out."""
    counts = {field.name: getattr(summary.counts, field.name) for field in fields(Counts)}
    unfinished = {f"succeeded, {end}": n for end, n in summary.endings.items() if end != "finished"}
    shown = {"requests": summary.counts.total} | {
        name: count
        for name, count in (counts | unfinished | {"sent again": summary.resent}).items()
        if count or name == "succeeded"
    }
    rows = [(name, f"{count:,}") for name, count in shown.items()]
    rows += [(f"- {one.count:,} for", f"{one.type}: {one.message}") for one in summary.reasons[:REASONS_MAX]]
    return [*rows, ("batches", f"{summary.batches:,}"), ("cost", money(summary.cost))]


def money(cost: Cost) -> str:
    """Return what was spent, and what of it is not known."""
    unpriced = "".join(f", and {count:,} answers of {model}" for model, count in cost.unpriced.items())
    return f"{dollars(cost.usd)}{unpriced and f'{unpriced}: no price is known'}"


def as_text(rows: list[tuple[str, str]]) -> str:
    """Return figures one below the other, each cut to its line."""
    names = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{names}}  {_cut(value, WIDTH - names - 2)}" for name, value in rows)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
