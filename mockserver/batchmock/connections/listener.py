"""The socket that a server listens on, and the URL at which it is reached.

It does not know who serves.
"""

import errno
import os
import socket

from batchmock.errors import UsageError

BACKLOG = 2_048


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one.

    Raises:
        UsageError: the port is in use or not allowed, or the host is not this machine's.
    """
    if not host:
        raise UsageError("the host to listen on is empty; name one, such as 127.0.0.1, or 0.0.0.0 for all")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # The protocol matters: asyncio sets TCP_NODELAY only on sockets that name it.
        listener = socket.socket(family, kind, protocol)
    except UnicodeError:
        # Names go to the system as IDNA, which has no empty labels and none of more than 63 characters.
        raise UsageError(f"cannot listen on {host}: that is no host name") from None
    except OSError as error:
        raise UsageError(f"cannot listen on {host}: {error.strerror or error}") from None
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise UsageError(_refused(host, port, error)) from None
    return listener


def base_url(listener: socket.socket) -> str:
    """Return the URL at which a client on this machine reaches a listening socket."""
    address: tuple[str, int] = listener.getsockname()[:2]
    host, port = address
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is already in use; choose another with --port, or --port 0 for a free one"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is not allowed for this user; choose one above 1023 with --port"
    return f"cannot listen on {host} port {port}: {error.strerror}"
