"""Whether a client hands rows on before all of them are there.

It does not know what the rows say.
"""

from batchproof.checks.returns import fulfilled
from batchproof.contract import Break
from batchproof.evidence import Evidence


def hands_on_early(evidence: Evidence) -> Break | None:
    """The first outcome was handed on before half of the results had been served."""
    if found := fulfilled(evidence):
        return found
    handed = evidence.seen.last.handed
    served = sum(len(download.exchange.answer) for download in evidence.downloads)
    if handed is None:
        return Break("it handed no outcome on before it returned")
    if handed > served / 2:
        return Break(f"it handed the first outcome on when {handed} of {served} bytes had been served")
    return None
