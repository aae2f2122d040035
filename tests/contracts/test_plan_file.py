"""Plans as files: what was written is read back, and what is wrong is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from batchmock.faults import Answer, Close, Patch
from batchmock.times import HOUR
from batchproof.catalogue.index import CATALOGUE
from batchproof.contract import Contract
from batchproof.errors import UsageError
from batchproof.plan import Damage, Edit, Interrupt, Life, Moment, Plan, Row
from batchproof.plan_file import VERSION, PlanFile, document, read, read_file, write_file
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import any_keys, rows

EVERYTHING = Plan(
    rows=(
        Row(key="a/b", said="日本", params={"system": None, "stop_sequences": ["x"]}, betas=("some-beta",)),
        Row(key="poisoned", poison="nan", state="errored", error="overloaded_error", message="too much"),
        Row(key="stops", stop_reason="max_tokens"),
    ),
    lives=(
        Life(kill=Moment(exchange=2, phase="within")),
        Life(waited=30 * HOUR, damage=Damage(how="flip", at=0.25), edits=(Edit(what="prompt", row=1),)),
        Life(interrupt=Interrupt(at=Moment(exchange=1), policy="cancel", times=2), rival=Moment(exchange=3)),
    ),
    requests_max=2,
    bytes_max=1000,
    canceled_after=HOUR,
    patience=9 * HOUR,
)
FAULTS = st.sampled_from(
    [
        (Answer(on=("create",), calls=(1,), status=529, headers={"retry-after": "2"}),),
        (Close(on=("results",), after_lines=1, inside=True),),
        (Patch(on=("retrieve",), merge={"results_url": None, "processing_status": "paused"}),),
    ]
)


def of_catalogue() -> SearchStrategy[Plan]:
    """Draw plans as the contracts draw them, and some that none does."""
    drawn = [contract.plans for contract in CATALOGUE.values() if contract.plans is not None]
    odd = plans(rows=rows(keys=any_keys(), states=("succeeded", "expired")), scenario=scenarios(faults=FAULTS))
    return st.one_of(odd, *drawn)


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=lambda contract: contract.id)
def test_every_plan_of_a_table_is_read_back(contract: Contract) -> None:
    for plan in contract.table + contract.slow:
        file = PlanFile(batchproof_plan=VERSION, contract=contract.id, plan=plan)
        assert read(json.loads(json.dumps(document(file)))) == file


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(of_catalogue(), st.integers(0, 99))
def test_a_plan_that_was_written_is_read_back(plan: Plan, seed: int) -> None:
    file = PlanFile(batchproof_plan=VERSION, contract="J1", plan=plan, reason="because", seed=seed)

    assert read(json.loads(json.dumps(document(file)))) == file


def test_a_file_says_only_what_departs_and_says_it_by_the_names_of_scenarios(tmp_path: Path) -> None:
    path = tmp_path / "new" / "R1.json"
    write_file(path, PlanFile(batchproof_plan=VERSION, contract="R1", plan=EVERYTHING))

    told = json.loads(path.read_text())
    assert told["plan"]["rows"][2] == {"key": "stops", "stop_reason": "max_tokens"}
    assert told["plan"]["lives"][0] == {"kill": {"exchange": 2, "phase": "within"}}
    assert (told["plan"]["canceled_after"], told["plan"]["patience"]) == ("1h", "9h")
    assert "scenario" not in told["plan"]
    assert read_file(path).plan == EVERYTHING


def _with(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(told: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        found: Any = told
        for name in parents:
            found = found[int(name) if name.isdecimal() else name]
        found[int(last) if last.isdecimal() else last] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_with("batchproof_plan", 2), "batchproof_plan is 2; this batchproof reads 1"),
        (_with("plan.row", []), "plan.row: there is no such key; did you mean 'rows'?"),
        (_with("plan.lives", []), "plan.lives is []; leave it out for one whole life"),
        (_with("plan.rows.0.state", "lost"), "plan.rows.0.state: 'lost' is not one of them"),
        (_with("plan.scenario", {"order": "revresed"}), "plan.scenario.order: 'revresed' is not one of them; did"),
        (_with("plan.patience", "a day"), "plan.patience: 'a day' is not a duration; write it as 500ms"),
        (_with("plan.requests_max", 0), "plan.requests_max: "),
        (_with("plan.rows.0", 7), "plan.rows.0: "),
        (_with("contract", None), "contract: "),
    ],
)
def test_what_is_wrong_is_named_with_its_place_its_value_and_what_would_be_right(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    plan = Plan(rows=(Row(key="a"), Row(key="b")))
    told = document(PlanFile(batchproof_plan=VERSION, contract="J1", plan=plan))
    change(told)
    path = tmp_path / "J1.json"
    path.write_text(json.dumps(told))

    with pytest.raises(UsageError) as raised:
        read_file(path)

    assert f"{path}: {words}" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "is not a JSON object"),
        ("{", "is not a JSON object"),
        ("{}", "J1.json: batchproof_plan is missing, so this is no plan"),
        (
            '{"batchproof_report": 1}',
            "J1.json: this is a report; the plan of each break is saved as .batchproof/ID",
        ),
    ],
)
def test_what_is_no_document_is_no_plan(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "J1.json"
    path.write_text(text)

    with pytest.raises(UsageError, match=words):
        read_file(path)
    with pytest.raises(UsageError, match="cannot read"):
        read_file(tmp_path / "none.json")
