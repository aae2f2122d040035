"""A poll loop as it stands in many programs: submit, sleep a minute, look again, read the results."""

import time
from collections import Counter
from collections.abc import Iterable

from anthropic import Anthropic
from anthropic.types.messages.batch_create_params import Request


def outcomes(requests: Iterable[Request]) -> Counter[str]:
    """Submit a batch, wait until it has ended, and count what its requests came to."""
    client = Anthropic()
    batch = client.messages.batches.create(requests=requests)
    while batch.processing_status != "ended":
        time.sleep(60)
        batch = client.messages.batches.retrieve(batch.id)
    return Counter(line.result.type for line in client.messages.batches.results(batch.id))
