"""Killed at any event that the server can see, and started again: the same answers, and not one bill more."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.world import Driver, World, some
from tests.programs import ROOT

SIGKILL = 9
NUMBER = 4

Live = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def live() -> Generator[Live]:
    """Lives a client's life in a process of its own."""
    command = [sys.executable, "-m", "tests.clients.programs.lives"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def one(
            world: World,
            journal: Path,
            die_at: int | None = None,
            *,
            full_at: int | None = None,
            retries: int = 0,
        ) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            how = {
                "url": world.url,
                "key": world.key,
                "driver": world.driver,
                "journal": str(journal),
                "number": NUMBER,
                "requests_max": 2,
                "retries": retries,
                "die_at": die_at,
                "full_at": full_at,
            }
            process.stdin.write(json.dumps(how) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield one
        process.stdin.close() if process.stdin else None


def judge(world: World, told: dict[str, Any]) -> None:
    assert list(told["answers"]) == [key for key, _ in some(NUMBER)], told
    answered = {key: text.partition(": ")[2] for key, text in told["answers"].items() if text.startswith("echo ")}
    billed = world.billed()
    assert answered.items() <= {f"key {n}": f"nonce-{n}" for n in range(NUMBER)}.items()
    assert set(billed.values()) <= {1}
    assert set(billed) == set(answered.values())


def test_killed_once_at_each_event(url: str, driver: Driver, live: Live, tmp_path: Path) -> None:
    die_at, told = 0, {"signal": SIGKILL}
    while "answers" not in told:
        world, journal = World(url, driver), tmp_path / f"{die_at}.db"
        told = live(world, journal, die_at)
        judge(world, live(world, journal))
        assert len(world.batches()) == 2
        die_at += 1
    assert die_at >= 20


def test_killed_again_and_again_a_little_later_each_time(
    url: str, driver: Driver, live: Live, tmp_path: Path
) -> None:
    world, journal = World(url, driver), tmp_path / "run.db"
    lives, told = 0, {"signal": SIGKILL}
    while "answers" not in told:
        told = live(world, journal, 3 + lives // 2)
        lives += 1
    judge(world, told)
    assert lives >= 4


def test_killed_while_what_expired_is_sent_again(
    expiring_url: str, driver: Driver, live: Live, tmp_path: Path
) -> None:
    events = live(World(expiring_url, driver), tmp_path / "whole.db", retries=1)["events"]

    for die_at in range(events // 10, events, events // 8):
        world, journal = World(expiring_url, driver), tmp_path / f"{die_at}.db"
        live(world, journal, die_at, retries=1)
        judge(world, live(world, journal, retries=1))


def test_a_disk_that_is_full_from_any_event_on_stops_the_run_and_costs_nothing_twice(
    url: str, driver: Driver, live: Live, tmp_path: Path
) -> None:
    full_at, told = 0, dict[str, Any]()
    while "answers" not in told:
        world, journal = World(url, driver), tmp_path / f"{full_at}.db"
        told = live(world, journal, full_at=full_at)
        if "answers" not in told:
            assert told["stopped"] == "JournalFullError"
            assert str(journal) in told["notes"][0]
        judge(world, live(world, journal))
        assert len(world.batches()) == 2
        full_at += 4
    assert full_at >= 20
