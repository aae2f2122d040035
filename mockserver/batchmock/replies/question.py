"""A request as a callable that answers it sees it: small, and not to be changed.

It does not know who asks, nor what becomes of the answer.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from batchmock.asked import asked_of, last_user_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request, the headers it came under, and the scenario's seed; JSON is parsed when it is looked at."""

    custom_id: str
    raw_params: bytes
    betas: frozenset[str]
    api_version: str
    seed: int

    @property
    def params(self) -> dict[str, Any]:
        """The whole params, made anew each time: nobody else sees what is done to them."""
        return msgspec.json.decode(self.raw_params)

    @property
    def model(self) -> str:
        """The model, as the request names it."""
        return asked_of(self.raw_params).model

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation so far, made anew each time."""
        return self.params["messages"]

    @property
    def text(self) -> str:
        """The text of the last user turn."""
        return last_user_text(asked_of(self.raw_params).messages)
