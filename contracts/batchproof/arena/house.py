"""One server in a thread of this process, for all plans that are played to programs: each stage in its turn.

Its clock outlasts stages, as the processes do that wait on it. It does not know plans, nor what is asked of the
emulator.
"""

import asyncio
from collections.abc import Generator
from concurrent.futures import TimeoutError as StillBusyError
from contextlib import contextmanager, suppress
from typing import NoReturn, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchmock.clock import Clock, ClockSetting
from batchmock.http.wire_faults import WIRE, ConnectionOverError, Wire
from batchmock.server import running_app
from batchmock.times import SECOND
from batchproof.arena.served import ServedEmulator
from batchproof.arena.steps import Steps

CLOCK = "/_emulator/clock"
# As many rounds of the event loop as it takes to see all that a client had sent before it was killed.
ROUNDS = 8
# An answer that nobody reads to its end is given up.
SETTLING_S = 0.5
# In real time: long enough for a client to be at its wait, and short of holding the suite up.
STALL_S = 0.05
# In virtual time: as long as the SDK waits for a server that says nothing.
STALLED = 600 * SECOND


class House:
    """Where programs find the emulator: ``url`` is the API's.

    - ``clock``: moves as those programs wait that can share it, and else a step with each poll.
    - ``calls``: how many exchanges have begun; ``trouble``: what kept one from being served.
    """

    def __init__(self, start: int) -> None:
        self.url = ""
        self.clock = Clock(ClockSetting(mode="coupled"), start=start, real=lambda: 0)
        self._clock_app = ServedEmulator(self.clock, api_key="any").app
        self.calls = 0
        self.trouble: BaseException | None = None
        self._app: ASGIApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way = 0

    @staticmethod
    @contextmanager
    def open(start: int) -> Generator["House"]:
        """Serve for as long as the block lasts, from a virtual instant (ns) on."""
        house = House(start)
        with running_app(house) as house.url:
            yield house

    @property
    def host(self) -> str:
        """The API's host, as requests name it."""
        return self.url.removeprefix("http://")

    @property
    def host_elsewhere(self) -> str:
        """Another host that leads here, as requests name it."""
        return self.host.replace("127.0.0.1", "localhost")

    @property
    def is_waited_on(self) -> bool:
        """Whether a program shares the clock."""
        return any(True for _ in self.clock.clients)

    def recall(self) -> None:
        """Hold the clock for all programs that share it, until they wait."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.clock.clients.recall)

    def put_up(self, app: ASGIApp) -> None:
        """Let an app answer from now on."""
        self._app, self.trouble = app, None

    def take_down(self) -> None:
        """Let nobody answer until the next stage is put up."""
        self._app = None

    def settle(self, *, held: int = 0) -> None:
        """Wait until all but the held exchanges are over, or nobody wants their answers any more."""
        if self._loop is not None:
            with suppress(StillBusyError):
                asyncio.run_coroutine_threadsafe(self._settled(held), self._loop).result(SETTLING_S)

    def release(self, gate: asyncio.Event) -> None:
        """Open a gate at which an exchange waits."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(gate.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange."""
        self._loop = asyncio.get_running_loop()
        if scope["type"] == "http" and scope["path"].startswith(CLOCK):
            await self._clock_app(scope, receive, send)
        elif scope["type"] == "http" and self._app is not None:
            await self._serve(self._app, scope, receive, send)

    async def _serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        self._under_way += 1
        extensions = cast(dict[str, Wire], scope["extensions"])
        wire = extensions[WIRE] = VirtualWire(extensions[WIRE], self.clock)
        try:
            await self._answer(app, wire, scope, receive, send)
        except ConnectionOverError:
            pass
        except asyncio.CancelledError:
            raise
        except BaseException as trouble:
            self.trouble = trouble
        finally:
            self._under_way -= 1

    async def _answer(self, app: ASGIApp, wire: "VirtualWire", scope: Scope, receive: Receive, send: Send) -> None:
        is_whole = False

        async def sending(message: Message) -> None:
            nonlocal is_whole
            if self._app is not app:
                raise ConnectionOverError
            await send(message)
            is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await app(scope, receive, Steps(self.clock, scope, sending))
        finally:
            if not is_whole and not wire.is_over:
                await wire.cut()

    async def _settled(self, held: int) -> None:
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
        while self._under_way > held:
            await asyncio.sleep(0.001)


class VirtualWire:
    """A connection on which waiting takes virtual time only: the client sees when it was, not that it waited."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.until_close = wire.until_close
        self.is_over = False
        self._wire = wire
        self._clock = clock

    async def wait(self, seconds: float) -> None:
        """Send nothing for so many virtual seconds."""
        self._clock.advance(int(seconds * SECOND))

    async def stall(self) -> NoReturn:
        """Send nothing more until any client has lost its patience; then it sees that the connection is gone."""
        await asyncio.sleep(STALL_S)
        self._clock.advance(STALLED)
        await self.reset()

    async def reset(self) -> NoReturn:
        """End the connection with a TCP reset."""
        self._end()
        await self._wire.reset()

    async def close(self) -> NoReturn:
        """End the connection, whatever is still missing."""
        self._end()
        await self._wire.close()

    async def half_close(self) -> NoReturn:
        """End only what the client receives; what it sends is still taken."""
        self._end()
        await self._wire.half_close()

    async def cut(self) -> None:
        """End the connection of an exchange that came to nothing."""
        with suppress(ConnectionOverError):
            await self.reset()

    def _end(self) -> None:
        self.is_over = True
        self._clock.polled_unfinished()
