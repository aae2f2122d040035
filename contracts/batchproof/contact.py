"""The first contact with a client: whoever cannot do the simplest batch cannot be judged on anything else.

It does not know contracts.
"""

from collections.abc import Callable

from batchproof.checks.returns import fulfilled
from batchproof.errors import HarnessError
from batchproof.evidence import Evidence
from batchproof.observation import Observation
from batchproof.plan import Plan, Row
from batchproof.timeline import timeline

SIMPLEST = Plan(rows=(Row(key="first"), Row(key="second")))


def first_contact(play: Callable[[Plan], Observation]) -> None:
    """Let a client do the simplest batch.

    Raises:
        HarnessError: it does not.
    """
    seen = play(SIMPLEST)
    found = fulfilled(Evidence(seen))
    if found is not None:
        told = "\n".join(timeline(seen))
        raise HarnessError(
            f"the client does not get through the simplest batch of two requests, so nothing can be judged: "
            f"{found.reason}\n{told}\n{seen.last.error}".rstrip()
        )
