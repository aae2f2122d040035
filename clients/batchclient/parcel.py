"""A parcel: requests that are to be one batch, and what is known of their submission.

It does not know which requests they are, nor what became of them.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

# planned     nothing was sent, or what was sent was surely refused
# intended    a create is being sent, or its answer was lost: there may be a batch
# submitted   there is a batch, and its id is known
# collected   every request has an outcome
# withdrawn   never sent, and never to be
State: TypeAlias = Literal["planned", "intended", "submitted", "collected", "withdrawn"]


class Parcel(Struct, frozen=True, kw_only=True):
    """One line of the journal's account of what was submitted.

    - ``nonce``: stands in each of its custom_ids, the same whenever it is sent.
    - ``fence``: when the account's newest batch was created, seen just before this one's create: a batch that the
      create made is not older. The server's clock is held against itself alone. None where there was no batch.
    - ``sends``: how many creates were begun.
    - ``refusals``: how many single requests the API had refused by name before this was planned without them.
    """

    id: int
    round: int
    nonce: str
    count: int
    state: State = "planned"
    batch_id: str | None = None
    fence: str | None = None
    sends: int = 0
    refusals: int = 0
    duplicates: int = 0
    conflicts: int = 0
    strangers: int = 0
    malformed: int = 0
    miscounted: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it still needs something done."""
        return self.state in ("planned", "intended", "submitted")


class About(Struct, frozen=True, kw_only=True):
    """What a journal says of itself.

    ``account`` is the workspace that the batches are in, as the API's answers name it; None until one did.
    ``stopped``: the user asked for the batches to be canceled, and for nothing more to be sent.
    """

    version: int
    base_url: str
    betas: tuple[str, ...]
    fingerprint: str
    total: int
    account: str | None = None
    stopped: bool = False
