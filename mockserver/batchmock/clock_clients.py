"""The programs that a coupled clock waits for: it moves when all of them wait, to the instant that comes first.

One goes on at a time, the one whose instant comes first, of several the one that asked first; so programs that
share a clock take the same course each time. It does not know how they ask, or how it is seen that one has gone.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from batchmock.errors import UsageError


class Movable(Protocol):
    """A clock, as far as its clients move it."""

    def now(self) -> int:
        """Return the virtual instant in nanoseconds."""
        ...

    def advance_to(self, instant: int) -> tuple[int, int]:
        """Move forward to an instant."""
        ...


@dataclass(slots=True, eq=False)
class Turn:
    """A client that waits until an instant; ``when_given`` is called once it may go on."""

    client: "ClockClient"
    until: int
    order: int
    is_given: bool = False
    when_given: Callable[[], None] = field(default=lambda: None)


@dataclass(slots=True, eq=False)
class ClockClient:
    """A program that a clock waits for, unless it has stepped aside."""

    id: str
    name: str
    turn: Turn | None = None
    is_aside: bool = False
    waits_for: str = ""


class ClockClients:
    """The clients of one clock."""

    def __init__(self, clock: Movable) -> None:
        self._clock = clock
        self._clients: dict[str, ClockClient] = {}
        self._numbers, self._order = count(1), count()
        self._exchanges = 0
        self.joined = 0

    def __iter__(self) -> Iterator[ClockClient]:
        """Yield each client that is there."""
        return iter(self._clients.values())

    @property
    def hold_the_clock(self) -> bool:
        """Whether any client is there that has not stepped aside: then nobody else moves the clock."""
        return any(not client.is_aside for client in self._clients.values())

    def join(self, name: str) -> ClockClient:
        """Take in a client, which goes on until it waits."""
        client = ClockClient(str(next(self._numbers)), name)
        self._clients[client.id] = client
        self.joined += 1
        return client

    def leave(self, client: ClockClient) -> None:
        """Wait for a client no more."""
        self._clients.pop(client.id, None)
        client.turn = None
        self._go_on()

    def find(self, client_id: str) -> ClockClient:
        """Return the client of an id.

        Raises:
            UsageError: there is none.
        """
        client = self._clients.get(client_id)
        if client is None:
            raise UsageError(
                f"client: there is no client {client_id!r} of this clock; it has left, or never joined"
            )
        return client

    def wait(self, client: ClockClient, until: int) -> Turn:
        """Let a client wait until an instant, in place of whatever it waited for before."""
        client.is_aside = False
        client.turn = turn = Turn(client, until, next(self._order))
        self._go_on()
        return turn

    def step_aside(self, client: ClockClient) -> None:
        """Let time pass without a client, until it waits again."""
        client.turn, client.is_aside = None, True
        self._go_on()

    def withdraw(self, turn: Turn) -> None:
        """Let a client that no longer waits for its turn go on."""
        if turn.client.turn is turn:
            turn.client.turn = None

    @contextmanager
    def held(self) -> Generator[None]:
        """Keep the clock where it is during an exchange: its client waits for the answer, not for time."""
        self._exchanges += 1
        try:
            yield
        finally:
            self._exchanges -= 1
            self._go_on()

    def recall(self) -> None:
        """Hold the clock for every client that is aside, as each is about to be given something to do."""
        for client in self._clients.values():
            client.is_aside = False

    @contextmanager
    def left_alone(self) -> Generator[None]:
        """Let time pass without the clients that are there, and whatever they are waiting to be answered."""
        exchanges, self._exchanges = self._exchanges, 0
        going_on = [client for client in self._clients.values() if client.turn is None and not client.is_aside]
        for client in going_on:
            self.step_aside(client)
        try:
            yield
        finally:
            self._exchanges += exchanges
            for client in going_on:
                client.is_aside = False

    def _go_on(self) -> None:
        """Give the turn to whoever comes first, if everybody waits."""
        turns = [client.turn for client in self._clients.values() if not client.is_aside]
        waiting = [turn for turn in turns if turn is not None]
        if self._exchanges or not waiting or len(waiting) < len(turns):
            return
        first = min(waiting, key=lambda turn: (turn.until, turn.order))
        self._clock.advance_to(max(first.until, self._clock.now()))
        first.client.turn = None
        first.is_given = True
        first.when_given()
