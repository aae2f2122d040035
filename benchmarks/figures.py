"""What a benchmark found: samples, those of its floor beside them, and the target they are held against.

It does not know how anything is measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeVar

Side = TypeVar("Side")
OtherSide = TypeVar("OtherSide")


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a figure's value, or on its ratio to the floor."""

    on: Literal["value", "ratio"]
    bound: Literal["<=", ">="]
    limit: float

    def is_met_by(self, reached: float) -> bool:
        """Tell whether a number is on the right side of the bound."""
        return reached <= self.limit if self.bound == "<=" else reached >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: a sample a round, and the floor's sample of the same round where there is one."""

    row: int
    what: str
    unit: str
    ours: Sequence[float]
    floor: Sequence[float] = ()
    target: Target | None = None

    @property
    def value(self) -> float:
        """The median sample."""
        return median(self.ours)

    @property
    def worst(self) -> float:
        """The worst sample: the lowest of what should be high, the highest of all else."""
        higher_is_better = self.unit.endswith(("/s", "/CPU s"))
        return min(self.ours) if higher_is_better else max(self.ours)

    @property
    def floor_value(self) -> float | None:
        """The floor's median sample."""
        return median(self.floor) if self.floor else None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios, ours over the floor's: noise that lasts hits both sides of a round."""
        if not self.floor:
            return None
        return median(ours / floor for ours, floor in zip(self.ours, self.floor, strict=True))

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        reached = self.value if self.target.on == "value" else self.ratio
        return reached is not None and self.target.is_met_by(reached)


def at_most(limit: float, *, on: Literal["value", "ratio"] = "value") -> Target:
    """Return the target of staying at or below a limit."""
    return Target(on, "<=", limit)


def at_least(limit: float, *, on: Literal["value", "ratio"] = "value") -> Target:
    """Return the target of reaching a limit."""
    return Target(on, ">=", limit)


def alternate(
    rounds: int, ours: Callable[[], Side], floor: Callable[[], OtherSide]
) -> tuple[list[Side], list[OtherSide]]:
    """Measure both sides in turn, A B A B, so that a slow spell of the machine falls on both."""
    pairs = [(ours(), floor()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
