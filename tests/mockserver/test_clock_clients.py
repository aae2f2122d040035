"""Programs that share a coupled clock: whose turn it is, and over HTTP who is there."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchmock.clock import Clock, ClockSetting
from batchmock.clock_clients import Turn
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import DAY, MINUTE, SECOND

START = 1_769_850_000 * SECOND
COUPLED = ClockSetting(mode="coupled")


def coupled_clock() -> Clock:
    return Clock(COUPLED, start=START, real=lambda: 0)


@given(st.lists(st.lists(st.integers(0, 3 * DAY), min_size=1, max_size=6), min_size=1, max_size=5))
def test_clients_go_on_one_at_a_time_in_the_order_of_their_instants(naps: list[list[int]]) -> None:
    clock = coupled_clock()
    clients = [clock.clients.join(str(number)) for number in range(len(naps))]
    turns: list[Turn] = []
    woken: list[int] = []

    def sleep(number: int) -> None:
        if naps[number]:
            turns.append(clock.clients.wait(clients[number], clock.now() + naps[number].pop(0) // 1000 * 1000))
        else:
            clock.clients.leave(clients[number])

    for number in range(len(naps)):
        sleep(number)
    while given_now := [turn for turn in turns if turn.is_given]:
        assert len(given_now) == 1
        turns.remove(given_now[0])
        assert clock.now() == given_now[0].until
        woken.append(clock.now())
        sleep(clients.index(given_now[0].client))

    assert turns == []
    assert woken == sorted(woken)


def test_time_stands_while_a_client_goes_on_or_a_call_is_under_way() -> None:
    clock = coupled_clock()
    one, two = clock.clients.join("one"), clock.clients.join("two")
    turn = clock.clients.wait(one, START + DAY)
    assert not turn.is_given

    with clock.clients.held():
        clock.clients.leave(two)
        assert clock.now() == START
    assert turn.is_given
    assert clock.now() == START + DAY


def test_time_passes_without_a_client_that_stepped_aside_and_it_comes_back_in_turn() -> None:
    clock = coupled_clock()
    one, two = clock.clients.join("one"), clock.clients.join("two")
    clock.clients.step_aside(two)
    assert clock.clients.wait(one, START + DAY).is_given

    back = clock.clients.wait(two, START)
    assert not back.is_given
    clock.clients.wait(one, START + 2 * DAY)
    assert back.is_given
    assert clock.now() == START + DAY


def test_a_client_that_breaks_off_its_wait_holds_the_clock_again() -> None:
    clock = coupled_clock()
    one, two = clock.clients.join("one"), clock.clients.join("two")
    turn = clock.clients.wait(one, START + MINUTE)
    clock.clients.withdraw(turn)
    clock.clients.wait(two, START + DAY)

    assert (turn.is_given, clock.now()) == (False, START)


def test_the_clock_steps_while_nobody_holds_it() -> None:
    clock = coupled_clock()
    clock.polled_unfinished()
    client = clock.clients.join("one")
    clock.polled_unfinished()
    assert clock.now() == START + COUPLED.step

    clock.clients.step_aside(client)
    clock.polled_unfinished()
    assert (clock.now(), clock.steps) == (START + 2 * COUPLED.step, 2)


class Plane:
    """The control plane of a server."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url).netloc

    def start(self, path: str, body: dict[str, object], connection: HTTPConnection) -> None:
        headers = {"x-api-key": "k", "content-type": "application/json"}
        connection.request("POST", f"/_emulator/{path}", json.dumps(body), headers)

    def connection(self) -> HTTPConnection:
        return HTTPConnection(self._place, timeout=30)

    def ask(self, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        with closing(self.connection()) as connection:
            self.start(path, body, connection)
            response = connection.getresponse()
            return response.status, json.load(response)

    def clients(self) -> list[dict[str, object]]:
        with closing(self.connection()) as connection:
            connection.request("GET", "/_emulator/clock/clients", headers={"x-api-key": "k"})
            return json.load(connection.getresponse())["clients"]

    def join(self, connection: HTTPConnection) -> tuple[HTTPResponse, dict[str, int]]:
        self.start("clock/clients", {"name": "one"}, connection)
        response = connection.getresponse()
        return response, json.loads(response.readline())


def test_a_client_waits_over_http_and_has_left_when_its_connection_ends() -> None:
    with running(Settings(clock=COUPLED)) as url:
        plane, staying = Plane(url), Plane(url).connection()
        response, joined = plane.join(staying)
        until_us = joined["now_us"] + 86_400_000_000

        assert plane.ask("clock/wait", {"client": joined["client"], "until_us": until_us}) == (
            200,
            {"now_us": until_us},
        )
        aside: dict[str, object] = {"client": joined["client"], "until_us": None, "waits_for": "a pipe"}
        assert plane.ask("clock/wait", aside) == (200, {"now_us": until_us})
        assert plane.clients() == [
            {"client": "1", "name": "one", "is_aside": True, "until_us": None, "waits_for": "a pipe"}
        ]
        response.close()
        staying.close()
        while plane.clients():
            pass
        status, refused = plane.ask("clock/wait", {"client": "1", "until_us": 0})
        assert status == 400
        assert "there is no client '1' of this clock" in str(refused["error"])


@pytest.mark.parametrize("path", ["clock/clients", "clock/wait"])
def test_only_a_coupled_clock_has_clients(path: str) -> None:
    body: dict[str, object] = {} if path == "clock/clients" else {"client": "1", "until_us": 0}
    with running(Settings()) as url:
        status, refused = Plane(url).ask(path, body)

    assert status == 400
    assert "the clock is scaled; only a coupled one waits for clients" in str(refused["error"])
