"""Submit a thousand requests with the official SDK to a local emulator, and join the results by custom_id.

    python examples/thousand.py

Starts ``batchproof serve`` on a free port, on a clock on which a day passes in 24 seconds.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from anthropic import Anthropic
from anthropic.types.messages import MessageBatch, MessageBatchSucceededResult
from anthropic.types.messages.batch_create_params import Request
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

COUNT = 1_000
CITIES = ("Lima", "Oslo", "Kyoto", "Quito", "Tunis", "Perth", "Porto", "Accra", "Hanoi", "Turin")
console = Console()


@contextmanager
def emulator() -> Generator[str]:
    """Run ``batchproof serve`` for as long as the block lasts; gives its base URL."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "url"
        command = [sys.executable, "-m", "batchproof", "serve", "--port", "0", "--quiet", "--ready-file", ready]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            try:
                yield base_url(server, ready)
            finally:
                server.terminate()


def base_url(server: subprocess.Popen[str], ready: Path) -> str:
    """Wait until the server says where it listens."""
    while not ready.exists():
        if server.poll() is not None:
            sys.exit(f"the emulator did not start: {server.communicate()[1]}")
        time.sleep(0.02)
    return ready.read_text().strip()


def requests() -> dict[str, Request]:
    """Return the requests to send, by custom_id; every hundredth names a model that does not exist."""
    made: dict[str, Request] = {}
    for number in range(COUNT):
        custom_id = f"review-{number:04}"
        city = CITIES[number % len(CITIES)]
        made[custom_id] = {
            "custom_id": custom_id,
            "params": {
                "model": "claude-haiku-4-9" if number % 100 == 7 else "claude-haiku-4-5",
                "max_tokens": 256,
                "system": "Classify the review as positive, negative or mixed. Answer with one word.",
                "messages": [{"role": "user", "content": f"Review {number}: a week in {city}, and it rained."}],
            },
        }
    return made


def wait(client: Anthropic, batch: MessageBatch) -> MessageBatch:
    """Poll until the batch has ended, with a bar that shows its status and how many requests are processing."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"waiting for {batch.id}", total=None, state=batch.processing_status)
        while batch.processing_status != "ended":
            time.sleep(0.05)
            batch = client.messages.batches.retrieve(batch.id)
            waiting = batch.request_counts.processing
            progress.update(task, state=f"{batch.processing_status}, {waiting} processing")
        progress.update(task, total=1, completed=1)
    return batch


def main() -> None:
    """Run one batch from create to the joined results."""
    submitted = requests()
    with emulator() as url:
        client = Anthropic(base_url=url, api_key="example")
        batch = client.messages.batches.create(requests=submitted.values())
        batch = wait(client, batch)
        results = {line.custom_id: line.result for line in client.messages.batches.results(batch.id)}

    in_order = list(results) == list(submitted)
    right = sum(
        isinstance(result, MessageBatchSucceededResult)
        and f"Review {int(custom_id[-4:])}:" in str(result.message.content)
        for custom_id, result in results.items()
    )
    took = (batch.ended_at or batch.created_at) - batch.created_at
    table = Table(title=f"{batch.id}: {len(submitted)} requests", show_header=False)
    for state, count in sorted(Counter(result.type for result in results.values()).items()):
        table.add_row(state, str(count))
    table.add_row("missing", str(len(submitted.keys() - results.keys())))
    table.add_row("answers that belong to their custom_id", str(right))
    table.add_row("results in the order of submission", "yes" if in_order else "no, as with the real API")
    table.add_row("virtual time from create to ended", str(took).split(".")[0])
    console.print(table)


if __name__ == "__main__":
    main()
