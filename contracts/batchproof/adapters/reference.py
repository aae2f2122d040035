"""The reference client as a client under test: what an adapter for a client of one's own looks like.

    batchproof verify batchproof.adapters.reference:run

It does not know what is asked of it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from anthropic import Anthropic

from batchclient.policy import Policy
from batchclient.run import BatchRun, UnfinishedError
from batchclient.split import BYTES_MAX, REQUESTS_MAX
from batchclient.sync import BatchClient
from batchproof.returned import Returned


def run(
    requests: Sequence[dict[str, Any]],
    *,
    base_url: str,
    api_key: str,
    state_dir: Path,
    requests_max: int | None = None,
    bytes_max: int | None = None,
    on_interrupt: Literal["detach", "cancel"] = "detach",
    betas: dict[str, list[str]],
) -> Returned:
    """Run requests through the reference client; its journal is in ``state_dir``.

    Raises:
        NotAllError: not every request has an outcome.
    """
    policy = Policy(
        requests_max=requests_max or REQUESTS_MAX,
        bytes_max=bytes_max or BYTES_MAX,
        on_interrupt=on_interrupt,
        betas=tuple(sorted({beta for named in betas.values() for beta in named})),
    )
    sdk = Anthropic(base_url=base_url, api_key=api_key)
    client = BatchClient(sdk, policy=policy)
    pairs = [(request["custom_id"], request["params"]) for request in requests]
    return _returned(lambda: client.run(pairs, journal=state_dir / "journal.db"))


class NotAllError(Exception):
    """Some requests have no outcome; ``outcomes`` has those of the others, and None for these."""

    def __init__(self, error: UnfinishedError) -> None:
        super().__init__(str(error))
        self.outcomes: dict[str, object] = dict(error.run)
        self.outcomes.update((key, None) for key in error.run.open_keys())


def _returned(work: Callable[[], BatchRun]) -> Returned:
    try:
        with work() as done:
            return Returned(outcomes=dict(done), cost_usd=done.cost().usd)
    except UnfinishedError as error:
        with error.run:
            raise NotAllError(error) from error
