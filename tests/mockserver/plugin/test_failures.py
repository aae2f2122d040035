"""What is told of a test that fails, and how to see it fail again."""

import re
from pathlib import Path

import pytest

from tests.mockserver.plugin.runs import Run, run

ID = r"msgbatch_\w{24}"


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(tmp_path_factory.mktemp("failing"), "failing")


def test_a_day_of_polls_takes_a_line(failing: Run) -> None:
    lines = [re.sub(" +", " ", line) for line in failing.section("test_a_day").splitlines()]

    assert re.fullmatch(r"seed 3; from [\d-]+ [\d:]+ UTC to \+1 day, 0:00:00", lines[0])
    assert re.fullmatch(rf"{ID}: 20 requests; ended \+1 day, 0:00:00: 11 succeeded, 9 expired", lines[1])
    assert re.fullmatch(rf"\+0:00:00 create {ID} 200 20 requests", lines[2])
    # The SDK looks once more before it reads.
    assert re.fullmatch(rf"\+0:00:00 ... \+1 day, 0:00:00 retrieve x145 {ID} 200", lines[3])
    assert re.fullmatch(rf"\+1 day, 0:00:00 results {ID} 200", lines[4])
    assert len(lines) == 5


def test_faults_and_retries_are_told_and_a_long_story_is_shortened(failing: Run) -> None:
    section = failing.section("test_faults")

    assert re.search(r"create +529 +faults: answer\n", section)
    assert re.search(r"create +no answer +faults: reset\n", section)
    assert re.search(r"create +msgbatch_\w+ +200 +1 request; the SDK's retry 1\n", section)
    assert len(re.findall(r"\n\.\.\. \d+ lines left out \.\.\.\n", section)) == 1
    assert len(section.splitlines()) < 150


@pytest.mark.parametrize(
    ("test", "counts"),
    [
        ("test_a_server", ["2 requests"]),
        # Of all examples, the one that Hypothesis shows.
        ("test_the_smallest_example", ["7 requests"]),
        ("test_a_block_with_a_server", ["3 requests"]),
        ("TestOfUnittest.test_method", ["4 requests"]),
        ("ERROR at teardown of test_its_end", ["5 requests", "6 requests"]),
        ("ERROR at setup of test_its_beginning", ["7 requests"]),
        ("test_that_used_none", []),
        ("test_that_passes", []),
    ],
)
def test_each_failure_has_what_happened_in_its_test(failing: Run, test: str, counts: list[str]) -> None:
    section = failing.section(test)

    assert re.findall(r"create .*?(\d+ requests)", section) == counts


def seeds(told: Run) -> set[str]:
    return {
        found for number in range(4) for found in re.findall(r"^seed (\d+);", told.section(f"test_seed[{number}]"))
    }


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_drawn_seed_is_one_for_the_whole_run_and_is_told(tmp_path: Path, workers: tuple[str, ...]) -> None:
    told = run(tmp_path, "seeds", options=("--batch-seed=random", *workers))
    drawn = re.search(r"^batchproof: --batch-seed=(\d+)$", told.text, re.M)

    assert drawn is not None, told.text
    assert seeds(told) == {drawn[1]}
    assert told.text.count(f"--batch-seed={drawn[1]} repeats it") == 4
    assert sorted(told.outcomes.values()) == ["failed"] * 4 + ["passed"] * 2


def test_a_seed_that_is_given_is_taken(tmp_path: Path) -> None:
    assert seeds(run(tmp_path, "seeds", options=("--batch-seed", "77"))) == {"77"}
    assert seeds(run(tmp_path, "seeds")) == {"0"}


def test_a_seed_that_is_none_is_refused(tmp_path: Path) -> None:
    told = run(tmp_path, "seeds", options=("--batch-seed=soon",))

    assert told.code == pytest.ExitCode.USAGE_ERROR
    assert "'soon' is not a seed; it is a whole number from 0, or 'random'" in told.text
