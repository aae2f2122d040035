"""The emulator as an ASGI app: every route, and the layers around them, on one screen.

Endpoints are ``async def`` and bodies are async generators throughout: the app runs on any event loop or, driven
by hand, on none. Whoever has an event loop lends its ``Runtime``.
"""

from collections.abc import Callable, Mapping

from starlette.types import ASGIApp

from batchmock.emulator import Emulator
from batchmock.exchanges.exchange import Exchange
from batchmock.http import batches, messages, models
from batchmock.http.call import Endpoint, Handler
from batchmock.http.control.calls import OPEN_CALLS, handlers_by_path
from batchmock.http.exchange import ExchangeLayer
from batchmock.http.paths import Paths
from batchmock.http.routing import Manner, Methods, OpenToAll, nowhere
from batchmock.http.runtime import BY_HAND, Runtime

_BATCH = Manner()
_BATCHES = Manner(packed=True)
_BESIDE = Manner(metered=False, packed=True)
_OWN = Manner(versioned=False, metered=False)


def no_record(exchange: Exchange) -> None:
    """Forget an exchange."""


def build_app(
    emulator: Emulator, *, runtime: Runtime = BY_HAND, observe: Callable[[Exchange], None] = no_record
) -> ASGIApp:
    """Return the app; ``observe`` sees each exchange once it is over."""

    def path(manner: Manner, **endpoints: Endpoint) -> ASGIApp:
        return Methods(emulator, runtime, endpoints, manner)

    def own(handlers: Mapping[str, Handler]) -> ASGIApp:
        return path(_OWN, **{method: Endpoint(None, handler) for method, handler in handlers.items()})

    apps: dict[str, ASGIApp] = {
        "/v1/messages/batches/{batch_id}": path(
            _BATCH,
            GET=Endpoint("retrieve", batches.retrieve),
            DELETE=Endpoint("delete", batches.delete),
        ),
        "/v1/messages/batches": path(
            _BATCHES,
            POST=Endpoint("create", batches.create),
            GET=Endpoint("list", batches.list_batches),
        ),
        "/v1/messages/batches/{batch_id}/results": path(_BATCHES, GET=Endpoint("results", batches.results)),
        "/v1/messages/batches/{batch_id}/cancel": path(_BATCH, POST=Endpoint("cancel", batches.cancel)),
        "/v1/messages": path(_BESIDE, POST=Endpoint("messages", messages.create)),
        "/v1/messages/count_tokens": path(_BESIDE, POST=Endpoint("count_tokens", messages.count_tokens)),
        "/v1/models": path(_BESIDE, GET=Endpoint("list_models", models.list_models)),
        "/v1/models/{model_id:path}": path(_BESIDE, GET=Endpoint("retrieve_model", models.retrieve)),
        **{path: OpenToAll(answer) for path, answer in OPEN_CALLS.items()},
        **{path: own(handlers) for path, handlers in handlers_by_path().items()},
    }
    return ExchangeLayer(Paths(apps, default=nowhere), emulator, runtime, observe)
