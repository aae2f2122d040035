"""The emulator as an ASGI app: every route, and the layers around them, on one screen.

Endpoints are ``async def`` and bodies are async generators throughout: the app runs on any event loop or, driven
by hand, on none. Whoever has an event loop lends its ``Runtime``.
"""

import sys
from collections.abc import Callable, Mapping

from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from batchmock.emulator import Emulator
from batchmock.exchange import Exchange
from batchmock.http import batches, messages, models
from batchmock.http.control.calls import OPEN_CALLS, handlers_by_path
from batchmock.http.exchange import ExchangeLayer
from batchmock.http.routing import Handler, Methods, OpenToAll, Served, nowhere
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

    def api(path: str, **served: Served) -> Route:
        return Route(path, Methods(emulator, runtime, served, versioned=True, metered=True))

    def large(path: str, **served: Served) -> Route:
        return Route(path, packed(Methods(emulator, runtime, served, versioned=True, metered=True)))

    def beside(path: str, **served: Served) -> Route:
        return Route(path, packed(Methods(emulator, runtime, served, versioned=True, metered=False)))

    def emulators_own(path: str, handlers: Mapping[str, Handler]) -> Route:
        served = {method: Served(None, handler) for method, handler in handlers.items()}
        return Route(path, Methods(emulator, runtime, served, versioned=False, metered=False))

    one = "/v1/messages/batches/{batch_id}"
    routes = [
        api(one, GET=Served("retrieve", batches.retrieve), DELETE=Served("delete", batches.delete)),
        large(
            "/v1/messages/batches",
            POST=Served("create", batches.create),
            GET=Served("list", batches.list_batches),
        ),
        large(f"{one}/results", GET=Served("results", batches.results)),
        api(f"{one}/cancel", POST=Served("cancel", batches.cancel)),
        beside("/v1/messages", POST=Served("message", messages.create)),
        beside("/v1/messages/count_tokens", POST=Served("count_tokens", messages.count_tokens)),
        beside("/v1/models", GET=Served("list_models", models.list_models)),
        beside("/v1/models/{model_id:path}", GET=Served("retrieve_model", models.retrieve)),
        *(Route(path, OpenToAll(answer)) for path, answer in OPEN_CALLS.items()),
        *(emulators_own(path, handlers) for path, handlers in handlers_by_path().items()),
    ]
    router = Router(routes, redirect_slashes=False, default=nowhere)
    return ExchangeLayer(router, emulator, runtime, observe)


def packed(app: ASGIApp) -> ASGIApp:
    """Return an app whose larger answers are packed with gzip for clients that ask for it."""
    return GZipMiddleware(
        app,
        minimum_size=GZIP_BYTES_MIN,
        compresslevel=GZIP_LEVEL,
        thread_minimum_size=GZIP_THREAD_BYTES_MIN,
    )
