"""Single messages, as the facts about them send them."""

import httpx2

from tests.mockserver.facts.room import Json, Room, asked

MESSAGES = "/v1/messages"


def params(**other: object) -> Json:
    return asked("x")["params"] | other


def send(room: Room, body: object, path: str = MESSAGES, **headers: str) -> httpx2.Response:
    return room.send("POST", path, headers=headers, json=body)
