"""What a client may return when it has more to say than its outcomes.

It does not know what they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Outcomes by ``custom_id``, and what they cost in US dollars by the client's own account."""

    outcomes: Mapping[str, object]
    cost_usd: float | None = None
