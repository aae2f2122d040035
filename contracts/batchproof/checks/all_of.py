"""Several checks as one: the first break counts.

It does not know what they check.
"""

from batchproof.contract import Break, Check
from batchproof.evidence import Evidence


def all_of(*checks: Check) -> Check:
    """Return a check that asks the given ones in turn."""

    def check(evidence: Evidence) -> Break | None:
        return next((found for one in checks if (found := one(evidence)) is not None), None)

    return check
