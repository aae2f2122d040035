"""What no type says: each rule refuses, in its words, under its terms, and only there."""

import pytest

from batchmock.models import MODELS, Model
from batchmock.params.rules import RULES
from batchmock.params.terms import Terms
from tests.mockserver.params.asking import (
    HAIKU,
    NEWER,
    OLDER,
    Json,
    found,
    labels,
    message,
    params,
)
from tests.mockserver.params.refusals import EXTRA, REFUSALS, Refusal

OF_BATCHES = [one for one in REFUSALS if one.rule.startswith("batch-")]
each_refusal = pytest.mark.parametrize("refusal", REFUSALS, ids=labels(map(str, REFUSALS)))


@each_refusal
def test_a_rule_refuses_in_its_words(refusal: Refusal) -> None:
    finding = found(refusal.asked, refusal.terms)

    assert finding is not None
    assert finding.message.startswith(refusal.message)
    assert finding.type == ("not_found_error" if refusal.rule == "model" else "invalid_request_error")
    assert refusal.path in (None, finding.path)
    assert finding.error.details == {"error_visibility": "user_facing"}


def test_every_rule_is_shown_to_refuse() -> None:
    assert {rule.name for rule in RULES} == {refusal.rule for refusal in REFUSALS}
    assert len({rule.name for rule in RULES}) == len(RULES)


@each_refusal
def test_a_rule_holds_in_the_versions_that_it_names(refusal: Refusal) -> None:
    [rule] = [rule for rule in RULES if rule.name == refusal.rule]
    for version in (OLDER, NEWER):
        terms = Terms(
            surface=refusal.terms.surface,
            api_version=version,
            betas=refusal.terms.betas,
            user_profile_id=refusal.terms.user_profile_id,
        )
        heard = message(refusal.asked, terms)
        is_said = heard is not None and heard.startswith(refusal.message)
        # Under 2026-10-21 a sampling parameter is refused before anything is said about its value.
        assert is_said == (version in rule.versions) or (version == NEWER and EXTRA in str(heard))


@pytest.mark.parametrize("refusal", OF_BATCHES, ids=labels(map(str, OF_BATCHES)))
def test_what_a_batch_does_not_take_a_single_request_may_have(refusal: Refusal) -> None:
    terms = Terms(surface="messages", api_version=OLDER, betas=refusal.terms.betas)

    assert message(refusal.asked, terms) in (None, "max_tokens: must be greater than or equal to 0")


@pytest.mark.parametrize(
    "more",
    [
        {"stream": False},
        {"speed": None},
        {"store": None},
        {"research_preview_2026_02": "inactive"},
        {"user_profile_id": "uprof_1"},
    ],
)
def test_a_batch_takes_these_values(more: Json) -> None:
    assert found(params(**more), Terms(api_version=OLDER, user_profile_id="uprof_1")) is None


def test_a_retired_model_is_not_found() -> None:
    old = Model("claude-old", 4_096, lifecycle="retired")
    terms = Terms(api_version=OLDER, models={**MODELS, old.id: old})
    finding = found(params(model="claude-old"), terms)

    assert finding is not None
    assert (finding.type, finding.message) == ("not_found_error", "model: claude-old")


def test_models_are_those_of_the_terms() -> None:
    own = Model("my-model", 100)
    terms = Terms(api_version=OLDER, models={own.id: own})

    assert found(params(model="my-model", max_tokens=100), terms) is None
    assert message(params(), terms) == f"model: {HAIKU}"


def test_wrong_shapes_come_before_rules() -> None:
    assert message(params(stream=True, model="claude-none", zzz=1)) == f"zzz: {EXTRA}"
