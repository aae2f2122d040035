"""Known breaks: they excuse what is broken, and complain of what is not."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from batchproof.contract import Verdict, Word
from batchproof.errors import UsageError
from batchproof.known import Known, unmatched, updated, weighed
from batchproof.known_file import read_known, write_known


def verdicts(**words: Word) -> Sequence[Verdict]:
    return [Verdict(contract=name, word=word, reason=f"why {name}") for name, word in words.items()]


def known(**reasons: str) -> Sequence[Known]:
    return [Known(contract=name, reason=reason) for name, reason in reasons.items()]


def as_pairs(entries: Sequence[Known]) -> Mapping[str, str]:
    return {entry.contract: entry.reason for entry in entries}


def test_a_break_that_is_known_is_excused_with_its_reason() -> None:
    found = weighed(known(J1="issue 12"), verdicts(J1="broken", J2="kept", J3="broken"))

    assert (found.excused, found.problems) == ({"J1": "issue 12"}, [])


def test_a_flaky_break_is_excused_and_an_inconclusive_one_is_not() -> None:
    found = weighed(known(J1="a", J2="b"), verdicts(J1="flaky", J2="inconclusive"))

    assert (found.excused, found.problems) == ({"J1": "a"}, [])


def test_the_first_of_two_entries_gives_the_reason() -> None:
    both = [Known(contract="J*", reason="all"), Known(contract="J1", reason="one")]

    assert weighed(both, verdicts(J1="broken")).excused == {"J1": "all"}


def test_an_unexpected_keep_is_a_problem() -> None:
    assert weighed(known(J1="issue 12"), verdicts(J1="kept")).problems == [
        "J1 is kept, and the known breaks say that it is broken; take it out"
    ]


def test_a_pattern_must_not_cover_what_is_kept() -> None:
    pattern = [Known(contract="J*", reason="all")]

    assert weighed(pattern, verdicts(J1="broken", J2="kept", J3="kept")).problems == [
        "J2, J3 kept, and the known breaks say J*; name those that are still broken"
    ]


def test_what_is_only_not_claimed_is_a_problem_and_what_was_not_judged_is_none() -> None:
    assert weighed(known(R1="a"), verdicts(R1="not claimed")).problems == [
        "the known breaks say R1, which the client does not claim; take it out"
    ]
    assert weighed(known(R1="a"), verdicts(J1="kept")).problems == []


def test_the_update_takes_out_what_is_kept_and_adds_what_is_broken() -> None:
    before = [
        Known(contract="J*", reason="all"),
        Known(contract="T1", reason="still"),
        Known(contract="R*", reason="not judged now"),
    ]
    now = verdicts(J1="broken", J2="kept", T1="broken", P1="flaky", P2="kept", P3="not claimed")

    after = updated(before, now)

    assert as_pairs(after) == {"T1": "still", "R*": "not judged now", "J1": "all", "P1": "why P1"}
    assert weighed(after, now).problems == []
    assert updated(after, now) == after


def test_an_entry_about_no_contract_is_found() -> None:
    assert unmatched(known(J1="a", J99="b"), ["J1", "J2"]) == known(J99="b")


def test_a_list_that_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    entries = [Known(contract="J*", reason='says "maybe"'), Known(contract="R1", reason="日本")]
    write_known(path, entries)

    assert list(read_known(path, ["J1", "R1"])) == entries
    write_known(path, [])
    assert list(read_known(path, ["J1"])) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[known]]\ncontract = "J9"\nreason = "x"',
            "'J9' matches no contract; `batchproof contracts` lists them",
        ),
        ('[[known]]\ncontract = "J1"\nreason = " "', "J1 has no reason; say why it may be broken"),
        ('[[known]]\ncontract = "J1"', "known.0.reason: Field required"),
        ('[[known]]\nid = "J1"', "known.0.id: there is no such key; it is one of contract, reason"),
        ('J1 = "x"', "J1: there is no such key"),
        ("J1", "is not TOML"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_in_a_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text)

    with pytest.raises(UsageError) as raised:
        read_known(path, ["J1"])

    assert str(path) in str(raised.value)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_list_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*; --known-update writes it"):
        read_known(tmp_path / "none.toml", ["J1"])
