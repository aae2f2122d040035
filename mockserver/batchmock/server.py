"""The app on a port: in the foreground for a command, or in a thread for a test.

Here real time comes in, and nowhere further inwards. It does not know the API.
"""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from types import FrameType
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Message, Receive

from batchmock.clock_clients import Turn
from batchmock.connections.connection import Connection
from batchmock.connections.listener import base_url, listen
from batchmock.emulator import Emulator
from batchmock.errors import stalled_request
from batchmock.exchanges.exchange import Exchange
from batchmock.http.app import build_app, no_record
from batchmock.http.runtime import Runtime, Work
from batchmock.patience import with_patience
from batchmock.settings import Settings
from batchmock.socket_wire import Wired

Observe = Callable[[Exchange], None]


class Server(uvicorn.Server):
    """A uvicorn server that stops on SIGINT or SIGTERM and then returns, rather than killing its process."""

    def __init__(
        self,
        app: ASGIApp,
        on_listening: Callable[[], None],
        settings: Settings,
        connection: type[Connection] | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                Wired(app),
                http=_patient(connection or _fastest(), settings.body_patience_s),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
            )
        )
        self._on_listening = on_listening
        self._stop_patience_s = settings.stop_patience_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept, then say so."""
        await super().startup(sockets)
        self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, let what is under way end while patience lasts, and cut the rest."""
        cut = asyncio.get_running_loop().call_later(self._stop_patience_s, self._cut)
        await super().shutdown(sockets)
        cut.cancel()

    def _cut(self) -> None:
        for task in self.server_state.tasks:
            task.cancel()
        for connection in list(self.server_state.connections):
            cast(Connection, connection).transport.abort()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take the signals that ask a process to end as a wish to stop; in a thread there are none."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {wish: signal.signal(wish, self._stop) for wish in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for wish, handler in before.items():
                signal.signal(wish, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def _fastest() -> type[Connection]:
    # Imported late: httptools is not everywhere.
    if find_spec("httptools") is None:
        from batchmock.connections.read_by_h11 import H11Connection

        return H11Connection
    from batchmock.connections.read_by_httptools import HttptoolsConnection

    return HttptoolsConnection


def _patient(connection: type[Connection], patience_s: float) -> type[Connection]:
    # uvicorn makes its protocols itself, and hands nothing of ours to them.
    class Patient(connection):
        head_patience_s = patience_s

    return Patient


def serve(
    settings: Settings, *, host: str, port: int, observe: Observe, on_listening: Callable[[str], None]
) -> None:
    """Serve until a signal asks to stop; ``on_listening`` gets the base URL once connections are accepted.

    Raises:
        UsageError: the address cannot be listened on.
    """
    listener = listen(host, port)
    app = new_app(settings, observe)
    server = Server(app, lambda: on_listening(base_url(listener)), settings)
    server.run(sockets=[listener])


@contextmanager
def running(settings: Settings, *, observe: Observe = no_record) -> Generator[str]:
    """Serve in a thread of this process, on a free port of the loopback; gives the base URL."""
    with running_app(new_app(settings, observe), settings) as url:
        yield url


@contextmanager
def running_app(
    app: ASGIApp, settings: Settings | None = None, *, connection: type[Connection] | None = None
) -> Generator[str]:
    """Serve any app in a thread of this process, on a free port of the loopback; gives the base URL.

    ``connection`` says what reads the requests; by default the fastest that there is.
    """
    listener = listen("127.0.0.1", 0)
    listening = threading.Event()
    server = Server(app, listening.set, settings or Settings(), connection)
    thread = threading.Thread(target=server.run, args=([listener],), name="batchmock", daemon=True)
    thread.start()
    listening.wait()
    try:
        yield base_url(listener)
    finally:
        server.should_exit = True
        thread.join()


def new_app(settings: Settings, observe: Observe) -> ASGIApp:
    """Return the app for an event loop, on real time where its clocks follow real time."""
    return app_of(new_emulator(settings), observe)


def new_emulator(settings: Settings) -> Emulator:
    """Return an emulator on real time where its clocks follow real time."""
    settings = replace(settings, scenario=with_patience(settings.scenario, settings.answer_patience_s))
    return Emulator(settings, real=time.time_ns)


def app_of(emulator: Emulator, observe: Observe) -> ASGIApp:
    """Return the app of an emulator, for an event loop."""
    ahead = _Ahead()
    runtime = Runtime(
        pause=_breathe,
        patience=partial(_within, emulator.settings.body_patience_s),
        watch=_watched,
        turn=_turn,
        stay=_gone,
        ahead=ahead.take,
        finish=ahead.finish,
        real=time.time_ns,
    )
    return build_app(emulator, runtime=runtime, observe=observe)


async def _breathe() -> None:
    await asyncio.sleep(0)


def _within(patience_s: float, receive: Receive) -> Receive:
    """Refuse an upload of which nothing comes for too long, rather than hold its connection for ever."""

    async def receiving() -> Message:
        try:
            async with asyncio.timeout(patience_s):
                return await receive()
        except TimeoutError:
            raise stalled_request(patience_s) from None

    return receiving


@contextmanager
def _watched(receive: Receive) -> Generator[Callable[[], bool]]:
    """Tell whether the client is still there."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        yield lambda: not gone.done()
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _turn(turn: Turn, receive: Receive) -> bool:
    if turn.is_given:
        return True
    given = asyncio.Event()
    turn.when_given = given.set
    waiting = asyncio.ensure_future(given.wait())
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
        if not gone.done():
            return True
        # What is no HTTP is refused rather than gone.
        await gone
        return False
    finally:
        waiting.cancel()
        gone.cancel()


class _Ahead:
    """Does work in slices while the loop has nothing else to do, and once, however many wait for it."""

    def __init__(self) -> None:
        self._tasks: dict[Work, asyncio.Task[None]] = {}

    def take(self, work: Work) -> None:
        self._task(work)

    async def finish(self, work: Work) -> None:
        # Whoever is canceled while waiting leaves the work to the others.
        await asyncio.shield(self._task(work))

    def _task(self, work: Work) -> asyncio.Task[None]:
        task = self._tasks.get(work)
        if task is None:
            task = self._tasks[work] = asyncio.get_running_loop().create_task(self._do(work))
            task.add_done_callback(lambda _: self._tasks.pop(work))
        return task

    async def _do(self, work: Work) -> None:
        while work():
            await _breathe()
