"""Noticing, in real time, that all programs that share a clock wait for something that is not time.

It does not know how programs come to share a clock.
"""

import threading
from collections.abc import Callable
from typing import Self

from batchmock.clock_clients import ClockClients

LOOK_S = 5.0


class Stillness:
    """Looks now and then while a block lasts; tells once what everybody waits for when nothing happens."""

    def __init__(self, clients: ClockClients, happened: Callable[[], int], say: Callable[[str], None]) -> None:
        self._clients = clients
        self._happened = happened
        self._say = say
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stillness", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        before = -1
        while not self._over.wait(LOOK_S):
            clients, now = list(self._clients), self._happened()
            if clients and now == before and all(client.is_aside for client in clients):
                for client in clients:
                    self._say(
                        f"time stands still: process {client.name} waits for {client.waits_for or 'nothing'}"
                    )
                return
            before = now
