"""Connections whose requests h11 reads, where httptools is not installed.

It does not know what is done with them.
"""

import sys

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from batchmock.connections.connection import Connection


class H11Connection(Connection, H11Protocol):
    """A connection that h11 reads."""

    def read(self, data: bytes) -> None:
        """Let the parser read."""
        H11Protocol.data_received(self, data)

    def read_anew(self, data: bytes) -> None:
        """Let a new parser read."""
        self.conn = h11.Connection(h11.SERVER)
        self.read(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not take."""
        self.refuse(str(sys.exception()))

    def _should_upgrade(self) -> bool:
        # Whoever offers another protocol is answered in this one (RFC 9110, 7.8).
        return False
