"""``batchproof demo``: whatever the night brings, every ticket is accounted for."""

import json
from typing import Any

import pytest

from tests.programs import run


def morning(*arguments: str) -> dict[str, Any]:
    ran = run("demo", "--json", *arguments)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == 1
    return json.loads(ran.stdout)


def test_a_bad_day_leaves_no_ticket_without_its_own_outcome() -> None:
    told = morning("--tickets", "300")

    assert (told["tickets"], told["open"], sum(told["outcomes"].values())) == (300, 0, 300)
    assert told["joined"] == told["outcomes"]["succeeded"] > 250
    assert told["outcomes"]["errored"] > 0
    assert told["sent_again"] > 20
    assert (told["crashes"], told["batches_unknown"], told["is_right"]) == (1, 0, True)
    assert told["warnings"] > 0
    assert told["usd"] > 0
    assert told["virtual_hours"] > 24 > told["seconds"] / 3600


def test_a_seed_gives_the_same_night_again_and_another_seed_another() -> None:
    nights = [morning("--tickets", "100", "--seed", seed) | {"seconds": None} for seed in ("1", "1", "2")]

    assert nights[0] == nights[1] != nights[2]


def test_a_calm_night_is_over_soon_and_needs_no_second_round() -> None:
    told = morning("--tickets", "50", "--scenario", "calm")

    assert told["outcomes"]["succeeded"] == told["joined"] == 50
    assert (told["sent_again"], told["batches"], told["crashes"]) == (0, 5, 1)


def test_answers_that_are_no_scores_are_told_by_the_exit_code() -> None:
    ran = run("demo", "--tickets", "60", "--scenario", "unusable", "--json")

    told = json.loads(ran.stdout)
    assert (ran.returncode, told["is_right"], told["open"]) == (1, False, 0)
    assert told["joined"] < told["outcomes"]["succeeded"] == 60


def test_a_log_tells_each_change_and_the_summary_stands_alone() -> None:
    ran = run("demo", "--tickets", "25", "--plain")

    assert ran.returncode == 0
    assert "25 tickets" in ran.stderr.splitlines()[0]
    assert "the client crashed" in ran.stderr
    assert ran.stdout.splitlines()[0].split() == ["requests", "25"]


@pytest.mark.parametrize("arguments", [("--scenario", "bad-night"), ("--tickets", "4")])
def test_a_mistake_is_told_in_one_line(arguments: tuple[str, str]) -> None:
    ran = run("demo", *arguments)

    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
