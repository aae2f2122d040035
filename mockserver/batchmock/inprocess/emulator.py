"""An emulator for a test: clients to hand out, a clock to move, and ways to put both behind unchanged code.

It does not know how any of them works.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from starlette.types import ASGIApp

from batchmock.clock import ClockSetting
from batchmock.coupling.block import GRACE_S, CoupledTime, coupled_time
from batchmock.emulator import Emulator
from batchmock.errors import UsageError
from batchmock.exchanges.exchange import Exchange
from batchmock.facts import WorkspaceState
from batchmock.http.app import build_app, no_record
from batchmock.http.runtime import Runtime
from batchmock.inprocess.intercept import BASE_URL, intercepting
from batchmock.inprocess.libraries import LIBRARIES, LibraryName, is_installed, library
from batchmock.inprocess.local_clock import LocalClock
from batchmock.patience import with_patience
from batchmock.scenario import Scenario
from batchmock.scenarios.choice import departing
from batchmock.settings import Settings
from batchmock.times import parse_duration
from batchmock.workspace_handle import WorkspaceHandle

if TYPE_CHECKING:
    import httpx
    import httpx2
    import respx
    from anthropic import Anthropic, AsyncAnthropic

MANUAL = Settings(clock=ClockSetting(mode="manual"))
# Whatever the workspaces' clocks follow moves only when told, so following it one to one is all they need.
FOLLOWING = ClockSetting(mode="wall")


class LocalEmulator(WorkspaceHandle):
    """The Message Batches API in this process, on a clock that a test owns.

    ``scenario`` says what happens: a scenario, the name of one on the menu, or the path of a file; without one the
    settings say it.

    - ``base_url``: where clients find it; a host that cannot exist.
    - ``api_key``: what its clients send. Any other key opens a workspace of its own, on the same clock.
    - ``clock``: the time of all its workspaces.
    - ``app``: the emulator as an ASGI app.
    """

    def __init__(
        self,
        scenario: Scenario | str | None = None,
        *,
        settings: Settings = MANUAL,
        api_key: str = "test",
        observe: Callable[[Exchange], None] = no_record,
    ) -> None:
        if settings.clock.mode != "manual":
            raise UsageError(f"the clock's mode is {settings.clock.mode!r}; in process it is 'manual'")
        self.base_url = BASE_URL
        self.api_key = api_key
        self.clock = LocalClock(time.time_ns() if settings.start is None else settings.start)
        chosen = settings.scenario if scenario is None else departing(scenario)
        lent = with_patience(chosen, settings.answer_patience_s)
        settings = replace(settings, clock=FOLLOWING, start=None, scenario=lent)
        emulator = Emulator(settings, real=self.clock.source.now)
        super().__init__(emulator, api_key)
        self._answer_patience_s = settings.answer_patience_s
        self.app: ASGIApp = build_app(emulator, runtime=Runtime(real=time.time_ns), observe=observe)

    def client(self, **options: Any) -> "Anthropic":
        """Return the official client, pointed here; options are its own, such as ``max_retries=0``."""
        import anthropic

        sender = self._sender(anthropic.DefaultHttpxClient)
        http_client: Any = sender.Client(**self._connected(sender.__name__, is_async=False))
        return anthropic.Anthropic(**self._default(options), http_client=http_client)

    def async_client(self, **options: Any) -> "AsyncAnthropic":
        """Return the official client for asyncio and trio, pointed here; options are its own."""
        import anthropic

        sender = self._sender(anthropic.DefaultAsyncHttpxClient)
        http_client: Any = sender.AsyncClient(**self._connected(sender.__name__, is_async=True))
        return anthropic.AsyncAnthropic(**self._default(options), http_client=http_client)

    @overload
    def http_client(self, name: Literal["httpx2"] = "httpx2") -> "httpx2.Client": ...
    @overload
    def http_client(self, name: Literal["httpx"]) -> "httpx.Client": ...
    def http_client(self, name: LibraryName = "httpx2") -> Any:
        """Return an HTTP client to pass on as ``http_client=``, or to ask with by itself.

        Raises:
            UsageError: the library is not installed.
        """
        return library(name).module.Client(base_url=self.base_url, **self._connected(name, is_async=False))

    @overload
    def async_http_client(self, name: Literal["httpx2"] = "httpx2") -> "httpx2.AsyncClient": ...
    @overload
    def async_http_client(self, name: Literal["httpx"]) -> "httpx.AsyncClient": ...
    def async_http_client(self, name: LibraryName = "httpx2") -> Any:
        """Return an async HTTP client to pass on as ``http_client=``, or to ask with by itself.

        Raises:
            UsageError: the library is not installed.
        """
        return library(name).module.AsyncClient(base_url=self.base_url, **self._connected(name, is_async=True))

    def intercept(self, *, allow: Iterable[str] = ()) -> AbstractContextManager[None]:
        """Let every client that is built on httpx2 or httpx reach the emulator for as long as the block lasts.

        Every other host is refused, but those in ``allow``. Of nested blocks the innermost counts.
        """
        return intercepting(self.app, api_key=self.api_key, allow=allow)

    def respx_router(self, **options: Any) -> "respx.MockRouter":
        """Return a respx router with a route an operation, for the clients of httpx and httpx2.

        The routes are named ``create``, ``retrieve``, ``list``, ``results``, ``cancel`` and ``delete``, for
        assertions on their calls; options are respx's own. respx keeps every exchange until it is reset.

        Raises:
            UsageError: respx is not installed.
        """
        return self._respx().router(self.app, **options)

    def respx_side_effect(self, request: "httpx.Request") -> "httpx.Response":
        """Answer one request of a respx route of your own: ``route.mock(side_effect=emulator.respx_side_effect)``.

        Raises:
            UsageError: respx is not installed.
        """
        return self._respx().side_effect(self.app)(request)

    def coupled_time(self, *, grace_s: float = GRACE_S, limit: str = "90d") -> AbstractContextManager[CoupledTime]:
        """Let waiting move the emulator's clock, instead of taking time, for as long as the block lasts.

        It holds for this thread and all threads and event loops started from it: ``time.sleep`` and ``time.time``,
        ``datetime.now``, events, queues and locks, asyncio and trio. See docs/in-process.md.

        Raises:
            CoupledTimeError: in the block, nobody can ever go on, or nobody does within ``limit`` of virtual time.
            UsageError: the running event loop keeps its own time.
        """
        return coupled_time(self.clock.source, grace_s=grace_s, limit=parse_duration(limit))

    def _adopt(self, scenario: Scenario) -> None:
        super()._adopt(with_patience(scenario, self._answer_patience_s))

    def _restore(self, state: WorkspaceState) -> None:
        # There is one time for all: it goes back to what it was then.
        self.clock.source.restart(state.now)
        super()._restore(replace(state, clock=FOLLOWING))

    def _connected(self, name: Any, *, is_async: bool) -> dict[str, Any]:
        used = library(name)
        transport = used.async_transport if is_async else used.transport
        # The environment's proxies would cost a TLS context each, and lead out of the process.
        return {"transport": transport(self.app, used), "trust_env": False, "follow_redirects": True}

    def _default(self, options: dict[str, Any]) -> dict[str, Any]:
        if "http_client" in options:
            raise UsageError("http_client is what leads here; give http_client() to a client you build yourself")
        return {"base_url": self.base_url, "api_key": self.api_key} | options

    @staticmethod
    def _respx() -> Any:
        try:
            from batchmock.inprocess import respx_routes
        except ImportError as error:
            hint = "install batchproof[respx] (in a checkout: pip install -e '.[respx]')"
            raise UsageError(f"{error.name} is not installed; {hint}") from None
        return respx_routes

    @staticmethod
    def _sender(default_client: type) -> Any:
        """Return the library that the installed SDK sends with: httpx2 since 1.0, httpx before."""
        bases = {base.__module__.partition(".")[0] for base in default_client.__mro__}
        return next(library(name).module for name in LIBRARIES if name in bases and is_installed(name))
