"""Which contracts are meant by ids and by patterns such as ``R*``.

It does not know the contracts.
"""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from batchproof.errors import UsageError


def meant(patterns: Iterable[str], contracts: Collection[str]) -> Sequence[str]:
    """Return the ids that patterns name, in the order of the contracts; ``j1,r*`` are two of them.

    Raises:
        UsageError: one names none.
    """
    wanted = [part.strip().upper() for pattern in patterns for part in pattern.split(",") if part.strip()]
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) for name in contracts):
            near = get_close_matches(pattern, contracts, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"there is no contract {pattern!r}; {hint}`batchproof contracts` lists them")
    return [name for name in contracts if any(fnmatchcase(name, pattern) for pattern in wanted)]
