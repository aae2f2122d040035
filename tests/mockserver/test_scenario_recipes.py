"""The recipes of docs/scenarios.md do what the page says, to the official client."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import Anthropic

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from batchmock.scenarios.document import read_toml
from tests.programs import ROOT

PAGE = (ROOT / "docs/scenarios.md").read_text()
TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPES = {
    section.partition("\n")[0]: found[1] for section in PAGE.split("\n## ") if (found := TOML.search(section))
}


class Day:
    """A client, the clock, and one batch."""

    def __init__(self, scenario: Scenario) -> None:
        self.emulator = LocalEmulator(scenario)
        self.client: Anthropic = self.emulator.client(max_retries=0)

    def create(self, *ids: str, client: Anthropic | None = None) -> str:
        requests: list[Any] = [
            {
                "custom_id": custom_id,
                "params": {
                    "model": "claude-haiku-4-5",
                    "max_tokens": 99,
                    "messages": [{"role": "user", "content": f"about {custom_id}"}],
                },
            }
            for custom_id in ids
        ]
        return (client or self.client).messages.batches.create(requests=requests).id

    def rows(self, batch_id: str) -> Iterator[Any]:
        return iter(self.client.messages.batches.results(batch_id))

    def end(self) -> None:
        self.emulator.clock.advance("25h")

    def types(self, *ids: str) -> dict[str, str]:
        batch_id = self.create(*ids)
        self.end()
        return {row.custom_id: row.result.type for row in self.rows(batch_id)}


def magic(day: Day) -> None:
    types = day.types("a--expired", "b--canceled", "c--errored-overloaded_error", "d--refusal", "e")

    assert sorted(types.items()) == [
        ("a--expired", "expired"),
        ("b--canceled", "canceled"),
        ("c--errored-overloaded_error", "errored"),
        ("d--refusal", "succeeded"),
        ("e", "succeeded"),
    ]


def pinned(day: Day) -> None:
    batch_id = day.create("ticket-17", "vip-1", "forgot-my-password", "other")
    day.emulator.clock.advance("2h59m")
    assert day.client.messages.batches.retrieve(batch_id).processing_status == "in_progress"
    day.emulator.clock.advance("1m")

    rows = {row.custom_id: row.result for row in day.rows(batch_id)}
    assert rows["ticket-17"].error.error.type == "overloaded_error"
    assert rows["forgot-my-password"].message.stop_reason == "refusal"
    assert rows["other"].message.stop_reason == "end_turn"


def half(day: Day) -> None:
    types = list(day.types(*(f"r{number}" for number in range(400))).values())

    assert 150 < types.count("expired") < 250
    assert types.count("expired") + types.count("succeeded") == 400


def workers(day: Day) -> None:
    types = list(day.types(*(f"r{number}" for number in range(60))).values())

    assert (types.count("succeeded"), types.count("expired")) == (48, 12)


def lost(day: Day) -> None:
    patient = day.emulator.client(max_retries=2)
    day.create("a", client=patient)

    assert len(day.client.messages.batches.list().data) == 2


def overloaded(day: Day) -> None:
    for _ in range(2):
        with pytest.raises(anthropic.RateLimitError) as refused:
            day.create("a")
        assert refused.value.response.headers["retry-after"] == "2"
    batch_id = day.create("a")
    assert 2 < sum(fails(day, batch_id) for _ in range(40)) < 20


def fails(day: Day, batch_id: str) -> bool:
    try:
        day.client.messages.batches.retrieve(batch_id)
    except anthropic.OverloadedError:
        return True
    return False


def cut(day: Day) -> None:
    batch_id = day.create(*"abcde")
    day.end()
    got: list[str] = []
    with pytest.raises(httpx2.RemoteProtocolError):
        got.extend(row.custom_id for row in day.rows(batch_id))

    assert len(list(day.rows(batch_id))) == 3
    assert len(list(day.rows(batch_id))) == 5


def rows(day: Day) -> None:
    batch_id = day.create(*"abcde")
    day.end()
    seen = [(row.custom_id, row.result.type) for row in day.rows(batch_id)]

    assert len(seen) == 4 + 1 + 2
    assert [kind for _, kind in seen[:3]] == ["succeeded", "succeeded", "expired"]
    assert seen[1][0] == seen[2][0]
    assert [name for name, _ in seen[-2:]] == ["stranger-1", "stranger-2"]


def new(day: Day) -> None:
    batch = day.client.messages.batches.retrieve(batch_id := day.create("a"))

    assert batch.processing_status == "paused"
    assert batch.results_url == f"{day.emulator.base_url}/elsewhere?id={batch_id}"
    assert "archived_at" not in batch.to_dict()


CHECKS: dict[str, Callable[[Day], None]] = {
    "This request fails, those are late": pinned,
    "Half of the batch expires": half,
    "Too few workers": workers,
    "The answer to a create is lost": lost,
    "The service is overloaded now and then": overloaded,
    "A download is cut": cut,
    "Rows are missing, double and strange": rows,
    "The API says something new": new,
}


@contextmanager
def day_of(document: str) -> Generator[Day]:
    day = Day(read_toml(document))
    with day.client:
        yield day


def test_every_recipe_has_a_check() -> None:
    assert RECIPES.keys() == CHECKS.keys()


@pytest.mark.parametrize("title", CHECKS)
def test_a_recipe_does_what_the_page_says(title: str) -> None:
    with day_of(RECIPES[title]) as day:
        CHECKS[title](day)


def test_a_custom_id_alone_is_enough() -> None:
    with day_of("") as day:
        magic(day)
