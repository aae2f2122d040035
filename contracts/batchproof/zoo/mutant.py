"""A mutant as data: the base client with a bug planted at a labelled place, and the contract that must tell.

It does not know how it is made to run.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """At a label, ``old`` becomes ``new``; ``old`` stands there exactly once."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug.

    - ``id``: the contract's id and, for one of several, a word.
    - ``does``: what this client does, in a sentence.
    """

    id: str
    does: str
    edits: tuple[Edit, ...]

    @property
    def contract(self) -> str:
        """The contract that names its bug."""
        return self.id.partition("-")[0]


def mutant(mutant_id: str, does: str, *edits: tuple[str, str, str]) -> Mutant:
    """Return a mutant."""
    return Mutant(mutant_id, does, tuple(Edit(*edit) for edit in edits))
