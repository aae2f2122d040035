"""Clients that code under test builds itself reach the emulator, and nothing else.

While an interception lasts, the network transports of httpx2 and httpx answer from the emulator in this process
and refuse every host that is not the API's. Clients with a transport of their own, and other HTTP libraries, are
not touched; but they too find the emulator's address in the environment, which leads nowhere. It does not know
batches.
"""

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from batchmock.errors import UsageError
from batchmock.inprocess.exchange import Failure
from batchmock.inprocess.libraries import HOST, LIBRARIES, Library, is_installed, library

API_HOST = "api.anthropic.com"
BASE_URL = f"http://{HOST}"
ALLOW_IN_BLOCK = "intercept(allow={hosts})"


@dataclass(frozen=True, slots=True, eq=False)
class Interception:
    """Which app answers, and which hosts are left alone."""

    app: ASGIApp
    api_key: str
    allowed: frozenset[str]
    how_to_allow: str
    also: frozenset[str] = frozenset()
    answered: frozenset[str] = field(default_factory=lambda: frozenset({HOST, API_HOST, *_configured()}))

    def environment(self, outside: Mapping[str, str]) -> dict[str, str]:
        """Return what a client finds there while it lasts."""
        return {
            "ANTHROPIC_BASE_URL": BASE_URL,
            "ANTHROPIC_API_KEY": outside.get("ANTHROPIC_API_KEY") or self.api_key,
        }

    def answers(self, host: str, used: Library) -> bool:
        """Tell whether the emulator answers for a host, rather than the network.

        Raises:
            The library's ConnectError: neither does.
        """
        if host in self.answered or host in self.also:
            return True
        if host in self.allowed:
            return False
        refusal = f"batchproof refused to connect to {host}: while it intercepts, nothing leaves this process"
        allowing = self.how_to_allow.format(host=host, hosts=f"[{host!r}]")
        raise used.error(Failure("ConnectError", f"{refusal}; if it is meant to, {allowing}"))


@contextmanager
def intercepting(
    app: ASGIApp,
    *,
    api_key: str,
    allow: Iterable[str] = (),
    also: Iterable[str] = (),
    how_to_allow: str = ALLOW_IN_BLOCK,
) -> Generator[None]:
    """Let the app answer every client for as long as the block lasts; of nested blocks the innermost counts.

    It answers for the API's hosts, and for those in ``also``. ``how_to_allow`` is what a refusal tells to do;
    ``{host}`` and ``{hosts}`` stand there for the one that is refused, and for a list of it.

    Raises:
        UsageError: there is no HTTP library to intercept, or the real API is to be allowed.
    """
    if isinstance(allow, str):
        raise UsageError(f"allow is {allow!r}; it is a list of hosts, such as [{allow!r}]")
    allowed = frozenset(host.lower() for host in allow)
    if API_HOST in allowed:
        raise UsageError(f"allow names {API_HOST}, which is what intercept() keeps tests from reaching")
    mine = Interception(app, api_key, allowed, how_to_allow, frozenset(also))
    _STACK.push(mine)
    try:
        yield
    finally:
        _STACK.remove(mine)


class _Stack:
    """The interceptions of this process, and what they replaced."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lasting: list[Interception] = []
        self._undo: list[Callable[[], None]] = []
        self._outside: dict[str, str] = {}

    @property
    def innermost(self) -> Interception | None:
        lasting = self._lasting
        return lasting[-1] if lasting else None

    def push(self, mine: Interception) -> None:
        with self._lock:
            if not self._lasting:
                self._outside = dict(os.environ)
                self._undo = _patch()
            self._lasting.append(mine)
            os.environ.update(mine.environment(self._outside))

    def remove(self, mine: Interception) -> None:
        with self._lock:
            self._lasting.remove(mine)
            if self._lasting:
                os.environ.update(self._lasting[-1].environment(self._outside))
                return
            for undo in reversed(self._undo):
                undo()
            for name in mine.environment(self._outside):
                _restore(name, self._outside.get(name))


_STACK = _Stack()


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _configured() -> Iterable[str]:
    """Yield the host that the environment names as the API's, if it names one."""
    host = urlsplit(os.environ.get("ANTHROPIC_BASE_URL", "")).hostname
    return [host] if host else []


def _patch() -> list[Callable[[], None]]:
    """Replace what sends requests to the network; return how to put it back."""
    found = [library(name) for name in LIBRARIES if is_installed(name)]
    if not found:
        raise UsageError(f"there is nothing to intercept: neither {' nor '.join(LIBRARIES)} is installed")
    undo: list[Callable[[], None]] = []
    for used in found:
        for owner, name, replaced in (
            (used.module.HTTPTransport, "handle_request", _sending),
            (used.module.AsyncHTTPTransport, "handle_async_request", _async_sending),
        ):
            original = getattr(owner, name)
            setattr(owner, name, replaced(original, used))
            undo.append(lambda owner=owner, name=name, original=original: setattr(owner, name, original))
    return undo


def _sending(original: Callable[..., Any], used: Library) -> Callable[..., Any]:
    def handle_request(self: Any, request: Any) -> Any:
        innermost = _STACK.innermost
        if innermost is None or not innermost.answers(request.url.host.lower(), used):
            return original(self, request)
        return used.transport(innermost.app, used).handle_request(request)

    return handle_request


def _async_sending(original: Callable[..., Any], used: Library) -> Callable[..., Any]:
    async def handle_async_request(self: Any, request: Any) -> Any:
        innermost = _STACK.innermost
        if innermost is None or not innermost.answers(request.url.host.lower(), used):
            return await original(self, request)
        return await used.async_transport(innermost.app, used).handle_async_request(request)

    return handle_async_request
