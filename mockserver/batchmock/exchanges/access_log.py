"""One line for each exchange, for a person or for a program.

It never shows a credential, nor a body. It does not know where the lines go.
"""

from collections.abc import Callable

import msgspec

from batchmock.exchanges.exchange import Exchange, without_keys
from batchmock.times import timestamp

Line = Callable[[Exchange], str]


def quiet_line(exchange: Exchange) -> str:
    """Return method, path, status and virtual time."""
    return f"{exchange.method} {_shown(exchange.path)} {_status(exchange)} at {_now(exchange)}"


def verbose_line(exchange: Exchange) -> str:
    """Return the quiet line with the request id, the workspace and the bytes sent."""
    workspace = exchange.workspace_id or "-"
    return f"{quiet_line(exchange)} {exchange.request_id} {workspace} {exchange.sent_bytes} bytes"


def json_line(exchange: Exchange) -> str:
    """Return everything that is known of an exchange, as one JSON object."""
    fields = {
        "method": exchange.method,
        "path": without_keys(exchange.path),
        "status": exchange.status or None,
        "virtual_time": _now(exchange),
        "request_id": exchange.request_id,
        "workspace_id": exchange.workspace_id,
        "sent_bytes": exchange.sent_bytes,
    }
    return msgspec.json.encode(fields).decode()


def _now(exchange: Exchange) -> str | None:
    return None if exchange.now is None else timestamp(exchange.now)


def _status(exchange: Exchange) -> str:
    return str(exchange.status) if exchange.status else "client gone"


def _shown(path: str) -> str:
    # A path is the client's bytes; none of them may move a terminal's cursor, nor fill its screen.
    path = without_keys(path)
    shown = path if len(path) <= 200 else f"{path[:200]}…"
    return shown if shown.isprintable() else repr(shown)[1:-1]
