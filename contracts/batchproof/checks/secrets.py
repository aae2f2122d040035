"""Where the credential went.

It does not know why.
"""

from batchproof.contract import Break
from batchproof.evidence import Evidence
from batchproof.staging import API_KEY, OTHER_API_KEY


def key_stays_home(evidence: Evidence) -> Break | None:
    """No credential was sent to any origin but the API's, nor is it in an error."""
    for call in evidence.by_client:
        if call.key is not None and not call.is_home:
            return Break(f"it sent the API key to {call.origin}")
        if any(key in call.path or key in call.query for key in (API_KEY, OTHER_API_KEY)):
            return Break(f"it put the API key into a URL: {call.method} {call.path.partition('?')[0]}")
    for ending in (*evidence.seen.endings, *evidence.seen.rivals):
        if any(key in ending.error for key in (API_KEY, OTHER_API_KEY)):
            return Break("it put the API key into an error message")
    return None
