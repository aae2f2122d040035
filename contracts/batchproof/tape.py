"""What went over the wire between a client and the emulator, in the order it came: the ground of every verdict.

Bytes as they were sent, and virtual instants; credentials only by their names. It does not know what any of it
means, nor how it was recorded.
"""

from typing import Literal

from msgspec import Struct

# Who asked: the client under test, or somebody else with the same credential.
Actor = Literal["client", "other"]
Operation = Literal["create", "retrieve", "list", "results", "cancel", "delete", "messages"]

# The first part of another path at which a plan may have results: the batch's id is the last.
ELSEWHERE = "elsewhere"


class Exchange(Struct, kw_only=True):
    """One exchange.

    - ``life``: which call of the client, from 0; ``number``: of that life's exchanges, from 1.
    - ``came``, ``over``: virtual instants (ns).
    - ``origin``: the origin it went to; ``is_home``: whether that is the API's.
    - ``key``: the name of the credential it carried, of those that the client was given; None without one.
    - ``status``: None where nothing was answered.
    - ``is_whole``: whether the answer was sent to its end, as far as the server knows.
    """

    life: int
    number: int
    came: int
    origin: str
    is_home: bool = True
    method: str
    path: str
    query: str = ""
    key: str | None = None
    headers: dict[str, str] = {}
    body: bytes = b""
    status: int | None = None
    answer_headers: dict[str, str] = {}
    answer: bytes = b""
    is_whole: bool = False
    over: int | None = None
    actor: Actor = "client"

    @property
    def operation(self) -> Operation | None:
        """What was asked, of the calls that a client of batches may make; None for anything else."""
        parts = self._parts
        if parts[:1] == [ELSEWHERE]:
            return "results"
        if parts == ["v1", "messages"]:
            return "messages"
        if parts[:3] != ["v1", "messages", "batches"] or "" in parts:
            return None
        return _OPERATIONS.get((self.method, len(parts), *parts[4:5]))

    @property
    def batch_id(self) -> str | None:
        """The batch that its path names."""
        parts = self._parts
        if parts[:1] == [ELSEWHERE]:
            return parts[-1]
        return parts[3] if self.operation and len(parts) > 3 else None

    @property
    def _parts(self) -> list[str]:
        return self.path.removeprefix("/").split("/")


_OPERATIONS: dict[tuple[str | int, ...], Operation] = {
    ("POST", 3): "create",
    ("GET", 3): "list",
    ("GET", 4): "retrieve",
    ("DELETE", 4): "delete",
    ("GET", 5, "results"): "results",
    ("POST", 5, "cancel"): "cancel",
}
