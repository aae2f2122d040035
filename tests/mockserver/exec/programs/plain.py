"""A client on the standard library alone, for programs that must start fast: create a batch, poll it once."""

import json
import os
from urllib.request import Request, urlopen

HEADERS = {
    "x-api-key": os.environ["ANTHROPIC_API_KEY"],
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
}
PARAMS = {"model": "claude-haiku-4-5", "max_tokens": 16, "messages": [{"role": "user", "content": "hello"}]}


def create(requests: int = 4) -> str:
    """Submit a batch; return its id."""
    body = {"requests": [{"custom_id": f"r-{number}", "params": PARAMS} for number in range(requests)]}
    return ask("", json.dumps(body).encode())["id"]


def has_ended(batch_id: str) -> bool:
    """Poll a batch."""
    return ask(f"/{batch_id}")["processing_status"] == "ended"


def ask(path: str, body: bytes | None = None) -> dict[str, str]:
    """Make a call."""
    url = f"{os.environ['ANTHROPIC_BASE_URL']}/v1/messages/batches{path}"
    with urlopen(Request(url, body, HEADERS)) as response:
        return json.load(response)
