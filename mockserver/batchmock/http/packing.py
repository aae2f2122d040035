"""Large answers packed with gzip, for clients that ask for it.

It does not know what is packed.
"""

import sys
from functools import lru_cache

from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

from batchmock.http.sender import sender_of

# A short page stays below this: packing it would cost more than sending it. So does any one batch object.
GZIP_BYTES_MIN = 1_024
GZIP_LEVEL = 1
# Nothing is large enough to be handed to a thread: driven by hand, there is nobody to wait for one.
GZIP_THREAD_BYTES_MIN = sys.maxsize


def packed(app: ASGIApp) -> ASGIApp:
    """Return an app whose larger answers are packed with gzip for clients that ask for it."""

    async def sending(scope: Scope, receive: Receive, send: Send) -> None:
        responder: ASGIApp = IdentityResponder(app, GZIP_BYTES_MIN)
        if takes_gzip(sender_of(scope).headers.get("accept-encoding", "")):
            responder = GZipResponder(app, GZIP_BYTES_MIN, GZIP_LEVEL, thread_minimum_size=GZIP_THREAD_BYTES_MIN)
        await responder(scope, receive, send)

    return sending


@lru_cache(maxsize=64)
def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a client takes gzip: it names that, or else any coding, with a weight above 0.

    Source: RFC 9110 §12.5.3.
    """
    weights = dict(_weighed(coding) for coding in accept_encoding.lower().split(","))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weighed(coding: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in coding.split(";"))
    given = [value.strip() for key, _, value in (part.partition("=") for part in parameters) if key.strip() == "q"]
    try:
        return name, float(given[0]) if given else 1.0
    except ValueError:
        # What cannot be read is no wish for gzip.
        return name, 0.0
