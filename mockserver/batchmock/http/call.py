"""A request on its way to a handler, and what a handler is.

It does not know how requests get that far.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope

from batchmock.emulator import Emulator
from batchmock.exchanges.exchange import Exchange
from batchmock.faults import Operation
from batchmock.http.headers import RequestHeaders
from batchmock.http.runtime import Runtime
from batchmock.workspace import Workspace


class Call(Struct, frozen=True):
    """A request on its way to a handler: admitted, at one instant; ``source`` is what its body comes from."""

    emulator: Emulator
    workspace: Workspace
    exchange: Exchange
    now: int
    scope: Scope
    headers: RequestHeaders
    source: Receive
    runtime: Runtime

    @property
    def receive(self) -> Receive:
        """What its body is received by, for as long as there is patience."""
        return self.runtime.patience(self.source)

    @property
    def batch_id(self) -> str:
        """The id in the path."""
        return self.scope["path_params"]["batch_id"]

    @property
    def named_batch(self) -> str | None:
        """The id in the path, if there is one."""
        return self.scope["path_params"].get("batch_id")


Handler = Callable[[Call], Awaitable[ASGIApp]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a method of a path does, and its name; the emulator's own have none, and are in no history."""

    operation: Operation | None
    handler: Handler
