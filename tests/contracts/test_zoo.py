"""The mutant zoo: each planted bug is caught by the contract that names it, and the correct client by none.

Longer than the tests of every day: ``batchproof zoo`` does the same with twenty seeds.
"""

from functools import partial

import pytest

from batchproof.arena.inprocess import InProcess
from batchproof.catalogue.index import CATALOGUE
from batchproof.contact import first_contact
from batchproof.contract import Verdict
from batchproof.errors import UsageError
from batchproof.run import BUDGETS
from batchproof.trial import play
from batchproof.zoo.hunting import Job, hunt, is_caught
from batchproof.zoo.kill import BASE
from batchproof.zoo.mutant import mutant
from batchproof.zoo.mutants.index import MUTANTS
from batchproof.zoo.planting import base_sources, client_of, labels, planted


@pytest.mark.parametrize("mutant_id", MUTANTS)
def test_a_mutant_is_caught_by_the_contract_that_names_its_bug(mutant_id: str) -> None:
    job = Job(
        client=mutant_id,
        contract=MUTANTS[mutant_id].contract,
        seeds=1,
        examples=BUDGETS["default"].examples,
    )

    found = hunt(job)

    assert found.is_right, f"{mutant_id} {MUTANTS[mutant_id].does}, and {found.contract} does not notice"
    assert found.plans
    assert found.size is not None


@pytest.mark.parametrize("contract", CATALOGUE)
def test_the_correct_client_is_caught_by_no_contract(contract: str) -> None:
    found = hunt(Job(client=BASE, contract=contract, seeds=1, examples=BUDGETS["quick"].examples))

    assert (found.caught, found.reason) == (0, "")


def test_a_mutant_that_no_table_catches_is_caught_by_a_drawn_plan_and_its_count_goes_on_from_the_table() -> None:
    table = len(CATALOGUE["J10"].table)

    found = hunt(Job(client="J10-folded", contract="J10", seeds=3, examples=30))

    assert found.caught == 3
    assert found.plans is not None
    assert found.plans > table
    assert found.size == 2


def test_a_client_that_only_ran_out_of_time_or_is_flaky_was_not_caught() -> None:
    words = [
        Verdict(contract="J1", word="broken", reason="'a' was given the answer to 'b'"),
        Verdict(contract="J1", word="broken", reason="it hung: it computed without end"),
        Verdict(contract="J1", word="flaky", reason="'a' has no outcome"),
        Verdict(contract="J1", word="kept"),
    ]

    assert [is_caught(verdict) for verdict in words] == [True, False, False, False]


def test_a_mutant_gets_through_the_simplest_batch_as_its_bug_is_none_that_shows_at_once() -> None:
    with InProcess.ready():
        for mutant in MUTANTS.values():
            first_contact(partial(play, arena=InProcess(client_of(mutant))))


def test_no_two_mutants_are_the_same_client_and_none_is_the_correct_one() -> None:
    texts = [tuple(planted(mutant).items()) for mutant in MUTANTS.values()]
    texts.append(tuple(base_sources().items()))

    assert len(set(texts)) == len(MUTANTS) + 1


def test_each_way_in_which_clients_fail_has_its_mutant() -> None:
    named = {mutant.contract for mutant in MUTANTS.values()}
    classes = {contract.id for contract in CATALOGUE.values() if contract.family != "invariants"}

    assert named == classes
    assert len(classes) >= 60


def test_each_mutant_says_what_it_does_in_words_of_its_own() -> None:
    said = [mutant.does for mutant in MUTANTS.values()]

    assert len(set(said)) == len(said)


def test_a_label_is_at_one_place_of_the_correct_client() -> None:
    found = [label for source in base_sources().values() for label in labels(source)]

    assert len(set(found)) == len(found) > 60


def test_an_edit_whose_text_is_not_at_its_label_exactly_once_is_refused() -> None:
    gone = mutant("J1", "looks for what is not there", ("D4 join", "no such text", ""))
    twice = mutant("J1", "cannot tell which", ("D4 join", "custom_id", ""))

    with pytest.raises(UsageError, match=r"J1: at 'D4 join' its old text stands 0 times: 'no such text'"):
        planted(gone)
    with pytest.raises(UsageError, match=r"stands \d+ times: 'custom_id'"):
        planted(twice)


def test_an_edit_at_a_label_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="the label 'D9 nowhere' is in 0 modules"):
        planted(mutant("J1", "has no place", ("D9 nowhere", "x", "y")))
