"""A coupled clock of a server, as a process that joined it sees it: it waits there, and hears when it is.

On the standard library alone. It does not know who waits in this process.
"""

import json
import socket
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from batchmock.times import MICROSECOND


class ClockGoneError(Exception):
    """Nobody answers any more where the clock was, or what answers refuses."""


class ServerClock:
    """Where a clock is, and how to be let in."""

    def __init__(self, base_url: str, api_key: str, control_token: str | None) -> None:
        url = urlsplit(base_url)
        self.home = url.hostname or "", url.port or 80
        self._path = f"{url.path.rstrip('/')}/_emulator/clock/"
        self._headers = {"x-api-key": api_key, "content-type": "application/json"}
        if control_token is not None:
            self._headers["x-emulator-token"] = control_token

    def join(self, name: str) -> "Membership":
        """Have the clock wait for a process from now on.

        Raises:
            ClockGoneError: it is not there, or not coupled.
        """
        connection = self.connected()
        try:
            response = self.ask(connection, "clients", {"name": name})
            line = json.loads(response.readline())
        except (OSError, HTTPException, ValueError) as error:
            raise ClockGoneError(str(error)) from None
        return Membership(self, connection, response, line["client"], line["now_us"] * MICROSECOND)

    def ask(self, connection: HTTPConnection, path: str, body: dict[str, Any]) -> HTTPResponse:
        """Make a call; return the response once it starts.

        Raises:
            ClockGoneError: the call is refused.
        """
        connection.request("POST", self._path + path, json.dumps(body), self._headers)
        response = connection.getresponse()
        if response.status != 200:
            raise ClockGoneError(response.read().decode(errors="replace"))
        return response

    def clients(self) -> list[str]:
        """Return what all clients that are there call themselves."""
        connection = self.connected()
        try:
            connection.request("GET", self._path + "clients", headers=self._headers)
            return [client["name"] for client in json.load(connection.getresponse())["clients"]]
        except (OSError, HTTPException, ValueError, KeyError) as error:
            raise ClockGoneError(str(error)) from None
        finally:
            connection.close()

    def connected(self) -> HTTPConnection:
        """Return a connection that is open.

        Raises:
            ClockGoneError: nobody is there.
        """
        connection = HTTPConnection(*self.home)
        try:
            connection.connect()
        except OSError as error:
            raise ClockGoneError(str(error)) from None
        return connection


class Membership:
    """A process that joined, for as long as its connection lasts; ``joined_at`` is when that was."""

    def __init__(
        self, clock: ServerClock, connection: HTTPConnection, response: HTTPResponse, client: str, joined_at: int
    ) -> None:
        self.clock = clock
        self.joined_at = joined_at
        self._stay = connection, response
        self._client = client
        self._waiting: HTTPConnection | None = None

    def connect(self) -> None:
        """Have a connection to wait on.

        Raises:
            ClockGoneError: nobody is there.
        """
        if self._waiting is None:
            self._waiting = self.clock.connected()

    def wait(self, until: int | None, waits_for: str) -> int:
        """Wait until it is this process's turn at an instant; return when that is. None is only noted.

        Raises:
            ClockGoneError: the clock refuses.
            ConnectionError: the connection ended, as when ``interrupt`` is called.
        """
        connection = self._waiting
        assert connection is not None
        until_us = None if until is None else -(-until // MICROSECOND)
        body = {"client": self._client, "until_us": until_us, "waits_for": waits_for}
        try:
            answer = self.clock.ask(connection, "wait", body).read()
            return json.loads(answer)["now_us"] * MICROSECOND
        except (OSError, HTTPException, ValueError) as error:
            self._waiting = None
            connection.close()
            raise ConnectionError(str(error)) from None

    def interrupt(self) -> None:
        """Break off a wait in another thread; the process counts as going on then."""
        connection = self._waiting
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Close this process's ends; a process that was forked keeps its own."""
        connection, response = self._stay
        # Closed, not shut down: the other process may still need it.
        response.close()
        connection.close()
        if self._waiting is not None:
            self._waiting.close()
