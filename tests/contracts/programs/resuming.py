"""A program under test that resumes: the smallest there can be, on the standard library alone.

It keeps the id of its batch in a file, and does not know of bad days. Its arguments are what it says of itself.
"""

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen


class Api:
    def __init__(self, message: dict[str, Any]) -> None:
        self._url = f"{message['base_url']}/v1/messages/batches"
        self._headers = {"x-api-key": message["api_key"], "anthropic-version": "2023-06-01"}

    def ask(self, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        headers = self._headers | {"content-type": "application/json"}
        with urlopen(Request(self._url + path, data, headers), timeout=60) as response:
            answer: bytes = response.read()
        return answer


def outcomes(message: dict[str, Any]) -> dict[str, Any]:
    api, kept = Api(message), Path(message["state_dir"]) / "batch"
    if not kept.exists():
        kept.write_text(json.loads(api.ask("", {"requests": message["requests"]}))["id"])
    batch_id = kept.read_text()
    while json.loads(api.ask(f"/{batch_id}"))["processing_status"] != "ended":
        time.sleep(message["sleep_s"] or 60)
    rows = [json.loads(line) for line in api.ask(f"/{batch_id}/results").splitlines()]
    return {row["custom_id"]: row["result"] for row in rows}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    match message["verb"]:
        case "hello":
            return {"protocol": 1, "name": "resuming", "capabilities": ["resume", "interrupt"]}
        case "run" | "resume":
            sys.stderr.write(f"{message['verb']}, sleep_s {message['sleep_s']}\n")
            try:
                return {"outcomes": outcomes(message)}
            except KeyboardInterrupt:
                return {"error": {"message": "told to stop", "interrupted": True}}
            except OSError as error:
                return {"error": {"message": repr(error)}}
        case _:
            return {}


def main() -> None:
    if "deaf" in sys.argv:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        message = json.loads(line)
        sys.stdout.write(f"{json.dumps({'id': message['id'], **answer(message)})}\n")
        sys.stdout.flush()


main()
