"""One process that joins results and tells what it needed: ``joiner.py URL submit|ours|sdk FILE NUMBER BYTES``."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from anthropic import Anthropic
from servers import resident_peak

from batchclient.journal import Journal
from batchclient.run import BatchRun
from batchclient.sync import BatchClient

# The workspace of the raw-socket client, whose clock the benchmark moves.
KEY = "benchmark"


def submit(client: BatchClient, journal: str, number: int, size: int) -> None:
    """Have a batch made."""
    client.submit(_requests(number, "x" * size), journal=journal).close()


def join(client: BatchClient, run: BatchRun) -> None:
    """Have every line under its key, on the disk."""
    if client.results(run).counts.open:
        raise RuntimeError(f"{run.counts}")


def iterate(sdk: Anthropic, run: BatchRun) -> None:
    """Have every line under its custom_id, once, and keep none."""
    for line in sdk.messages.batches.results(run.batch_ids[0]):
        if line.result.type != "succeeded":
            raise RuntimeError(f"{line}")


def told(work: Callable[[], None]) -> dict[str, float]:
    """Do the work; return what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return spent | {"peak": resident_peak(os.getpid())}


def _requests(number: int, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    messages = [{"role": "user", "content": text}]
    for n in range(number):
        yield f"key {n}", {"model": "claude-haiku-4-5", "max_tokens": 1024, "messages": messages}


if __name__ == "__main__":
    url, side, path, how_many, text_bytes = sys.argv[1:]
    official, now = Anthropic(base_url=url, api_key=KEY, max_retries=0), count()
    reference = BatchClient(official, clock=lambda: float(next(now)), sleep=lambda seconds: None)
    if side == "submit":
        submit(reference, path, int(how_many), int(text_bytes))
    else:
        work = partial(join, reference) if side == "ours" else partial(iterate, official)
        with BatchRun(Journal.open(Path(path))) as opened:
            print(json.dumps(told(partial(work, opened))))
