"""docs/fidelity.md and the tests that show its facts agree, in both directions."""

import re
from collections import Counter
from itertools import groupby

from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from batchmock.switches import Switches
from tests.mockserver.facts.page import PAGE, facts, headings, sources
from tests.mockserver.facts.rows import shown

FACTS = facts()
SHOWN = shown()
BY_ID = {fact.id: fact for fact in FACTS}
SETTINGS = set(Settings.__slots__)
SCENARIO = {*Scenario.__struct_fields__, *RateLimits.__struct_fields__, *Switches.__struct_fields__}
# A page, or what was recorded and when.
SOURCE = re.compile(r"\[[a-z0-9-]+\]|[^\[\]]*\b20\d\d-\d\d( (to|and) 20\d\d-\d\d)?")


def pieces(source: str) -> list[str]:
    """Split a cell into its pages and its recordings."""
    return [piece for piece in re.split(r"(?<=\]), ", source) if piece]


def test_every_fact_a_test_shows_is_on_the_page() -> None:
    assert SHOWN - set(BY_ID) == set()


def test_every_documented_or_observed_fact_is_shown_by_a_test() -> None:
    assert [fact.id for fact in FACTS if fact.basis != "assumed" and fact.id not in SHOWN] == []


def test_an_id_stands_for_one_fact() -> None:
    assert [id_ for id_, count in Counter(fact.id for fact in FACTS).items() if count > 1] == []


def test_the_facts_of_a_table_are_numbered_from_one() -> None:
    for heading, group in groupby(FACTS, key=lambda fact: fact.heading):
        ids = [fact.id for fact in group]
        subject = ids[0].rpartition("-")[0]
        assert ids == [f"{subject}-{number}" for number in range(1, len(ids) + 1)], heading


def test_a_fact_says_what_it_rests_on() -> None:
    assert [fact.id for fact in FACTS if fact.basis not in ("documented", "observed", "assumed")] == []
    assert [fact.id for fact in FACTS if not fact.source and fact.basis != "assumed"] == []
    odd = [piece for fact in FACTS for piece in pieces(fact.source) if not SOURCE.fullmatch(piece)]
    assert odd == []


def test_a_documented_fact_names_a_page_and_an_observed_one_a_month() -> None:
    assert [fact.id for fact in FACTS if fact.basis == "documented" and "[" not in fact.source] == []
    dated = {fact.id for fact in FACTS if re.search(r"\b20\d\d-\d\d\b", fact.source)}
    assert [fact.id for fact in FACTS if fact.basis == "observed" and fact.id not in dated] == []


def test_a_fact_names_only_switches_that_exist() -> None:
    named = {name for fact in FACTS for name in re.findall(r"`(\w+)`", fact.switch)}

    assert named - SETTINGS - SCENARIO == set()


def test_every_source_at_the_end_is_used() -> None:
    used = {piece[1:-1] for fact in FACTS for piece in pieces(fact.source) if piece.startswith("[")}

    assert set(sources()) == used


def test_the_headings_that_the_code_refers_to_exist() -> None:
    named = {"Headers", "Authentication", "Create", "Retrieve", "List", "Results", "Cancel", "Delete", "Limits"}

    assert named - set(headings()) == set()
    assert "Not emulated" in headings()


def test_facts_that_another_fact_or_paragraph_refers_to_exist() -> None:
    subjects = "|".join(sorted({fact.id.rpartition("-")[0] for fact in FACTS}))
    named = set(re.findall(rf"`((?:{subjects})-\d+)`", PAGE.read_text()))

    assert named == set(BY_ID)
