"""What serving over a socket leaves behind."""

import gc

from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES
from tests.mockserver.raw import ask

EXCHANGES = 50


def test_an_exchange_leaves_nothing_for_the_collector() -> None:
    with running(Settings()) as url:
        ask(url, "GET", BATCHES)
        gc.collect()
        gc.disable()
        try:
            for _ in range(EXCHANGES):
                assert ask(url, "GET", BATCHES).status == 200
            unreachable = gc.collect()
        finally:
            gc.enable()
    # Not none: the client's sockets and uvicorn's protocols are not ours.
    assert unreachable < EXCHANGES
