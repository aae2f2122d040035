"""Connections whose requests httptools reads.

It does not know what is done with them.
"""

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from batchmock.connections.connection import Connection


class HttptoolsConnection(Connection, HttpToolsProtocol):
    """A connection that httptools reads."""

    def read(self, data: bytes) -> None:
        """Let the parser read; whoever offers another protocol is answered in this one (RFC 9110, 7.8)."""
        self._unset_keepalive_if_required()
        try:
            while data:
                data = self._unread(data)
        except httptools.HttpParserCallbackError:
            self.refuse("the target of the request cannot be read")
        except httptools.HttpParserError as error:
            self.refuse(str(error))

    def read_anew(self, data: bytes) -> None:
        """Let a new parser read."""
        self._renew_parser()
        self.read(data)

    def _unread(self, data: bytes) -> bytes:
        """Read; return what is still to be read, which starts with the head of a request that offered an upgrade.

        After such a head the parser takes nothing for HTTP any more, not even the request's own body.
        """
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if self.scope["method"] == "CONNECT":
                raise httptools.HttpParserError("CONNECT is for proxies") from None
            head = self._head_without_offer()
            self._renew_parser()
            at: int = offer.args[0]
            return head + data[at:]
        return b""

    def _head_without_offer(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _renew_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        # As uvicorn has it: what comes after a request that closes the connection is no mistake.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def _should_upgrade(self) -> bool:
        # So that uvicorn makes no exchange of an offer: its head is read a second time, without it.
        return True
