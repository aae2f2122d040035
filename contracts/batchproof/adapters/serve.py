"""Speaks the protocol for a Python callable: ``python -m batchproof.adapters.serve module:callable``.

So a client whose HTTP cannot be reached in the suite's process is judged in one of its own. It does not know where
its HTTP goes.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast, get_args

from msgspec import Struct

from batchproof.adapters.call import Call
from batchproof.adapters.messages import (
    PROTOCOL,
    Answer,
    Asked,
    Cancel,
    Done,
    Failure,
    Greeting,
    Hello,
    ProgramCapability,
    ProtocolError,
    Reset,
    Resume,
    Run,
    read_asked,
    written,
)
from batchproof.adapters.python import PythonClient, load, told
from batchproof.documents import Json
from batchproof.errors import UsageError
from batchproof.observation import Ending
from batchproof.outcome import Outcome
from batchproof.staging import Request


def serve(client: PythonClient, asked: BinaryIO, say: Callable[[bytes], object]) -> None:
    """Answer every line until there are no more."""
    for line in asked:
        reply = _reply(client, read_asked(line))
        if reply is not None:
            say(written(reply))


def _reply(client: PythonClient, message: Asked) -> Struct | None:
    match message:
        case Hello():
            offered = client.capabilities & set(get_args(ProgramCapability))
            capabilities = cast(list[ProgramCapability], sorted(offered))
            return Greeting(id=message.id, protocol=PROTOCOL, name=client.name, capabilities=capabilities)
        case Run() | Resume():
            return _answer(client, message)
        case Reset():
            return Done(id=message.id)
        case Cancel():
            return None


def _answer(client: PythonClient, message: Run | Resume) -> Answer:
    try:
        ending = client.call(_call(message))
    except KeyboardInterrupt as error:
        return Answer(id=message.id, error=Failure(message=told(error), interrupted=True))
    outcomes = _outcomes(ending)
    if ending.how == "returned":
        return Answer(id=message.id, outcomes=outcomes, usd=ending.usd, changed=ending.changed)
    carried = None if ending.outcomes is None else outcomes
    return Answer(id=message.id, error=Failure(message=ending.error, outcomes=carried))


def _call(message: Run | Resume) -> Call:
    requests = (
        Request(one["custom_id"], one["params"], tuple(message.betas.get(one["custom_id"], ())))
        for one in message.requests
    )
    return Call(
        requests=tuple(requests),
        base_url=message.base_url,
        api_key=message.api_key,
        state_dir=Path(message.state_dir),
        requests_max=message.requests_max,
        bytes_max=message.bytes_max,
        on_interrupt=message.on_interrupt,
    )


def _outcomes(ending: Ending) -> dict[str, Any]:
    # A list is nothing that an outcome can be, so what is odd stays so, and still shows how it looked.
    odd = {key: [looks] for key, looks in ending.odd.items()}
    return odd | {key: _json_of(outcome) for key, outcome in (ending.outcomes or {}).items()}


def _json_of(outcome: Outcome) -> Json | str | None:
    """Return an outcome in the API's own JSON, as far as it goes."""
    match outcome.kind:
        case "missing":
            return None
        case "succeeded":
            return outcome.text if outcome.message is None else {"type": "succeeded", "message": outcome.message}
        case "errored":
            error = {"type": outcome.error_type, "message": outcome.error_message}
            return {"type": "errored", "error": {"type": "error", "error": error}}
        case "unknown":
            return {"type": "unknown", "raw": outcome.raw}
        case "canceled" | "expired":
            return {"type": outcome.kind}


def main() -> int:
    """Serve the callable that the only argument names; return the exit code."""
    # What the client prints must not come between what is said.
    ours = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        serve(load(" ".join(sys.argv[1:])), sys.stdin.buffer, ours.write)
    except (UsageError, ProtocolError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
