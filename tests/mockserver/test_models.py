"""The catalogue of models: who has a name when several claim it."""

from batchmock.models import LONG_OUTPUT_BETA, MODELS, Model, catalogue, tokens_max


def test_an_added_model_comes_first_and_replaces_its_namesake() -> None:
    added = Model("claude-haiku-4-5-20251001", 9)
    models = catalogue([added])

    assert next(iter(models.values())) == added
    assert models["claude-haiku-4-5-20251001"] == models["claude-haiku-4-5"] == added
    assert list(dict.fromkeys(models.values()))[1:] == [
        model for model in dict.fromkeys(MODELS.values()) if model.id != added.id
    ]


def test_an_added_alias_wins_over_a_known_name() -> None:
    added = Model("mine", aliases=("claude-haiku-4-5", "claude-opus-5"))
    models = catalogue([added])

    assert models["claude-haiku-4-5"] == models["claude-opus-5"] == added
    assert models["claude-haiku-4-5-20251001"] == MODELS["claude-haiku-4-5-20251001"]


def test_the_beta_raises_the_ceiling_of_the_models_that_have_it_alone() -> None:
    betas = frozenset({LONG_OUTPUT_BETA})

    assert tokens_max(MODELS["claude-opus-5"], betas) == 300_000
    assert tokens_max(MODELS["claude-opus-5"], frozenset()) == 128_000
    assert tokens_max(MODELS["claude-haiku-4-5"], betas) == 64_000


def test_what_a_model_takes_is_told_by_its_age() -> None:
    def ids(models: list[Model]) -> set[str]:
        return {model.id for model in models if not model.retired}

    known = list(dict.fromkeys(MODELS.values()))
    of_4_5 = {"claude-opus-4-5-20251101", "claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929"}
    of_4_6 = {"claude-opus-4-6", "claude-sonnet-4-6"}

    assert ids([model for model in known if model.prefill]) == of_4_5
    assert ids([model for model in known if model.budgeted_thinking]) == of_4_5 | of_4_6 | {
        "claude-mythos-preview"
    }
    assert MODELS["claude-3-opus-20240229"].retired
