"""One emulator for all facts that need no setting of their own, and a workspace of its own for each test."""

from collections.abc import Generator
from zlib import crc32

import httpx2
import pytest

from tests.mockserver.facts.room import Room, emulator


@pytest.fixture(scope="session")
def client() -> Generator[httpx2.Client]:
    with emulator() as client:
        yield client


@pytest.fixture
def room(client: httpx2.Client, request: pytest.FixtureRequest) -> Room:
    # The key decides the ids, and they decide what is drawn: a test sees the same whatever ran before.
    return Room(client, f"key-{crc32(request.node.nodeid.encode()):08x}")
