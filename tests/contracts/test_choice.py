"""Naming contracts: by id, by pattern, in any case."""

import pytest

from batchproof.choice import meant
from batchproof.errors import UsageError

ALL = ["J1", "J2", "J10", "T1", "R1"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["J1"], ["J1"]),
        (["R1", "J2"], ["J2", "R1"]),
        (["j1,r1"], ["J1", "R1"]),
        (["J*"], ["J1", "J2", "J10"]),
        (["?1"], ["J1", "T1", "R1"]),
        (["J1", "J*", " T1 "], ["J1", "J2", "J10", "T1"]),
        ([], []),
    ],
)
def test_ids_and_patterns_name_contracts_in_the_order_of_the_catalogue(
    patterns: list[str], found: list[str]
) -> None:
    assert meant(patterns, ALL) == found


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("J11", "there is no contract 'J11'; did you mean J1"), ("X*", r"there is no contract 'X\*'; `batchproof")],
)
def test_what_names_nothing_is_told_with_what_is_near(pattern: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        meant(["J1", pattern], ALL)
