"""A run that is planned as ever and not sent: how many batches, what would be refused, what it may cost.

It does not know the API.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from batchclient.bench import unobserved
from batchclient.clerk import Clerk
from batchclient.cost import Estimate, estimate
from batchclient.money import dollars
from batchclient.nonces import new_nonce
from batchclient.pairs import Requests
from batchclient.policy import Policy


def rehearse(requests: Requests, policy: Policy) -> list[tuple[str, str]]:
    """Return what there is to say of requests before they are sent.

    Raises:
        UsageError: a key occurs twice, or they may cost more than the budget.
    """
    clerk = Clerk(base_url="", policy=policy, clock=float, draw=float, nonce=new_nonce, observe=unobserved)
    with TemporaryDirectory() as folder, clerk.begin(requests, Path(folder, "rehearsal.db")) as run:
        most = estimate(run.journal.planned(), policy.prices)
        return [
            ("requests", f"{len(run):,}"),
            ("cannot be sent", f"{run.counts.errored:,}"),
            ("batches", f"{len(run.journal.parcels()):,}"),
            ("input tokens, about", f"{most.input_tokens:,}"),
            ("output tokens, at most", f"{most.output_tokens_max:,}"),
            *_costs(most),
        ]


def _costs(most: Estimate) -> list[tuple[str, str]]:
    """Return the bound, or that there is none: what has no price may cost anything."""
    if not most.unpriced:
        return [("cost, at most", dollars(most.usd_max))]
    unpriced = [("- no price known", f"{model}, requests: {count:,}") for model, count in most.unpriced.items()]
    others = [("- the others", dollars(most.usd_max))] if most.usd_max else []
    return [("cost, at most", "no bound is known"), *unpriced, *others]
