"""The emulator as an ASGI app: every route, and the layers around them, on one screen.

Endpoints are ``async def`` and bodies are async generators throughout: the app runs on any event loop or, driven
by hand, on none. Whoever has an event loop lends its ``Runtime``.
"""

import sys
from collections.abc import Callable

from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from batchmock.emulator import Emulator
from batchmock.http import batches, control, messages, models
from batchmock.http.exchange import Exchange, ExchangeLayer
from batchmock.http.routing import Handler, Methods, OpenToAll, nowhere
from batchmock.http.runtime import BY_HAND, Runtime

# A short page stays below this: packing it would cost more than sending it. So does any one batch object.
GZIP_BYTES_MIN = 1_024
GZIP_LEVEL = 1
# Nothing is large enough to be handed to a thread: driven by hand, there is nobody to wait for one.
GZIP_THREAD_BYTES_MIN = sys.maxsize


def no_record(exchange: Exchange) -> None:
    """Forget an exchange."""


def build_app(
    emulator: Emulator, *, runtime: Runtime = BY_HAND, observe: Callable[[Exchange], None] = no_record
) -> ASGIApp:
    """Return the app; ``observe`` sees each exchange once it is over."""

    def api(path: str, **handlers: Handler) -> Route:
        return Route(path, Methods(emulator, runtime, handlers, versioned=True, metered=True))

    def large(path: str, **handlers: Handler) -> Route:
        return Route(path, packed(Methods(emulator, runtime, handlers, versioned=True, metered=True)))

    def beside(path: str, **handlers: Handler) -> Route:
        return Route(path, packed(Methods(emulator, runtime, handlers, versioned=True, metered=False)))

    def emulators_own(path: str, **handlers: Handler) -> Route:
        methods = Methods(emulator, runtime, handlers, versioned=False, metered=False)
        return Route(f"/_emulator{path}", methods)

    routes = [
        api("/v1/messages/batches/{batch_id}", GET=batches.retrieve, DELETE=batches.delete),
        large("/v1/messages/batches", POST=batches.create, GET=batches.list_batches),
        large("/v1/messages/batches/{batch_id}/results", GET=batches.results),
        api("/v1/messages/batches/{batch_id}/cancel", POST=batches.cancel),
        beside("/v1/messages", POST=messages.create),
        beside("/v1/messages/count_tokens", POST=messages.count_tokens),
        beside("/v1/models", GET=models.list_models),
        beside("/v1/models/{model_id:path}", GET=models.retrieve),
        Route("/_emulator/health", OpenToAll(control.health)),
        emulators_own("/clock", GET=control.read_clock, PUT=control.change_clock),
        emulators_own("/clock/advance", POST=control.advance_clock),
        emulators_own("/reset", POST=control.reset),
    ]
    router = Router(routes, redirect_slashes=False, default=nowhere)
    return ExchangeLayer(router, emulator, observe)


def packed(app: ASGIApp) -> ASGIApp:
    """Return an app whose larger answers are packed with gzip for clients that ask for it."""
    return GZipMiddleware(
        app,
        minimum_size=GZIP_BYTES_MIN,
        compresslevel=GZIP_LEVEL,
        thread_minimum_size=GZIP_THREAD_BYTES_MIN,
    )
