"""The first contact with a client: whoever cannot do the simplest batch cannot be judged on anything else.

It does not know contracts.
"""

from collections.abc import Callable, Iterator

from batchproof.checks.returns import fulfilled
from batchproof.contract import Break
from batchproof.errors import HarnessError
from batchproof.evidence import Evidence
from batchproof.observation import Observation
from batchproof.plan import Plan, Row
from batchproof.timeline import timeline

_NOT_THROUGH = "the client does not get through the simplest batch of two requests, so nothing can be judged"
SIMPLEST = Plan(rows=(Row(key="first"), Row(key="second")))


def first_contact(play: Callable[[Plan], Observation]) -> None:
    """Let a client do the simplest batch.

    Raises:
        HarnessError: it does not.
    """
    seen = play(SIMPLEST)
    found = fulfilled(Evidence(seen))
    if found is not None:
        raise HarnessError("\n".join([f"{_NOT_THROUGH}: {found.reason}", *_told(seen, found)]))


def _told(seen: Observation, found: Break) -> Iterator[str]:
    """Yield what happened, and what the client says of it, without what the reason has said."""
    for line in (*timeline(seen), *seen.last.error.splitlines()):
        if not line.endswith(found.reason) and line not in found.reason:
            yield line
