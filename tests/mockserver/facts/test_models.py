"""The Models API: pages of models, and one model."""

from itertools import pairwise

import pytest

from batchmock.models import MODELS, Model
from tests.mockserver.facts.room import Json, Room, good, refusal, room_with
from tests.mockserver.facts.rows import row, shows

NEWEST = ["claude-fable-5-2", "claude-mythos-5-2", "claude-haiku-5-5", "claude-sonnet-5-5"]
# As it was recorded in 2026-10, but for the keys of a later SDK.
HAIKU_4_5 = {
    "batch": True,
    "citations": True,
    "code_execution": False,
    "context_management": True,
    "context_management.clear_tool_uses_20250919": True,
    "context_management.clear_thinking_20251015": True,
    "context_management.compact_20260112": False,
    **dict.fromkeys(
        ["effort", *(f"effort.{level}" for level in ("low", "medium", "high", "xhigh", "max"))], False
    ),
    "image_input": True,
    "pdf_input": True,
    "structured_outputs": True,
    "thinking": True,
    "thinking.types.enabled": True,
    "thinking.types.adaptive": False,
}


def page(room: Room, **query: str | int | list[str]) -> Json:
    return good(room.send("GET", "/v1/models", params=query))


def ids(room: Room, **query: str | int | list[str]) -> list[str]:
    return [model["id"] for model in page(room, **query)["data"]]


def model(room: Room, name: str) -> Json:
    return good(room.send("GET", f"/v1/models/{name}"))


@shows("models-1", "models-2")
def test_a_page_of_models_is_like_a_page_of_batches(room: Room) -> None:
    first = page(room, limit=3)

    assert list(first) == ["data", "has_more", "first_id", "last_id"]
    assert [each["id"] for each in first["data"]] == NEWEST[:3]
    assert (first["first_id"], first["last_id"], first["has_more"]) == (NEWEST[0], NEWEST[2], True)
    assert ids(room, after_id=NEWEST[1], limit=2) == NEWEST[2:4]
    assert ids(room, before_id=NEWEST[3], limit=2) == NEWEST[1:3]
    assert page(room, before_id=NEWEST[3], limit=3)["has_more"] is False
    assert page(room, before_id=NEWEST[3], limit=2)["has_more"] is True
    assert page(room, before_id=NEWEST[0])["data"] == []
    number = len(ids(room, limit=1_000))
    assert [page(room, limit=limit)["has_more"] for limit in (number - 1, number, 1_000)] == [True, False, False]
    assert refusal(room.send("GET", "/v1/models", params={"limit": 0}))[0] == 400


@shows("models-2")
def test_models_of_a_known_day_go_from_the_newest_to_the_oldest(room: Room) -> None:
    days = [each["created_at"] for each in page(room, limit=1_000)["data"]]

    known = [day for day in days if not day.startswith("1970")]
    assert len(known) > 10
    assert all(newer >= older for newer, older in pairwise(known))


@shows("models-3", "models-11")
def test_retired_models_are_listed_when_asked_for(room: Room) -> None:
    listed = {each["lifecycle"] for each in page(room, limit=1_000)["data"]}
    retired = page(room, **{"lifecycle[]": ["retired"]})["data"]

    assert listed == {"active", "deprecated"}
    assert {each["lifecycle"] for each in retired} == {"retired"}
    assert model(room, retired[0]["id"]) == retired[0]


@shows("models-4")
def test_several_lifecycles_can_be_asked_for(room: Room) -> None:
    deprecated = ids(room, **{"lifecycle[]": ["deprecated"]})
    both = ids(room, **{"lifecycle[]": ["deprecated", "retired"]})

    assert "claude-sonnet-4-5-20250929" in deprecated
    assert both[: len(deprecated)] == deprecated
    assert "claude-opus-4-1-20250805" in both


@pytest.mark.parametrize(
    ("query", "status"),
    [
        row("models-5", "lifecycle", {"lifecycle[]": "newborn"}, 400),
        row("models-5", "unknown cursor", {"after_id": "claude-none"}, 404),
        row("models-5", "retired cursor", {"before_id": "claude-3-opus-20240229"}, 404),
    ],
)
def test_a_query_that_leads_nowhere_is_refused(room: Room, query: dict[str, str], status: int) -> None:
    assert room.send("GET", "/v1/models", params=query).status_code == status


@shows("models-6", "models-7", "models-9")
def test_a_model_has_its_fields_in_their_order(room: Room) -> None:
    sonnet = model(room, "claude-sonnet-4-5-20250929")
    capabilities = sonnet.pop("capabilities")

    assert len(capabilities) == 10
    assert list(sonnet.items()) == [
        ("type", "model"),
        ("id", "claude-sonnet-4-5-20250929"),
        ("display_name", "Claude Sonnet 4.5"),
        ("created_at", "2025-09-29T00:00:00Z"),
        ("max_input_tokens", 200_000),
        ("max_tokens", 64_000),
        ("lifecycle", "deprecated"),
        ("deprecated_at", "2026-09-30T00:00:00Z"),
        ("retires_at", "2026-11-30T00:00:00Z"),
        ("line", "sonnet"),
    ]
    assert model(room, "claude-opus-5")["retires_at"] is None
    assert model(room, "claude-fable-5-2")["created_at"] == "1970-01-01T00:00:00Z"


def supported(capabilities: Json, path: str = "") -> dict[str, bool]:
    """Return whether each capability is supported, by its path: ``effort``, ``effort.low``."""
    found: dict[str, bool] = {}
    for name, value in capabilities.items():
        if name == "supported":
            found[path] = value
        else:
            found |= supported(value, f"{path}.{name}".lstrip("."))
    return found


@shows("models-8")
def test_a_models_capabilities_are_the_recorded_ones(room: Room) -> None:
    capabilities = supported(model(room, "claude-haiku-4-5")["capabilities"])

    assert {path: capabilities[path] for path in HAIKU_4_5} == HAIKU_4_5


@shows("models-8")
def test_every_model_has_every_capability(room: Room) -> None:
    models = page(room, limit=1_000, **{"lifecycle[]": ["active", "deprecated", "retired"]})["data"]

    assert len(models) == len({each.id for each in MODELS.values()})
    assert len({frozenset(supported(each["capabilities"])) for each in models}) == 1


@shows("models-10")
def test_an_alias_stands_for_its_dated_id(room: Room) -> None:
    for alias in ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"):
        dated = model(room, alias)

        assert dated["id"].startswith(f"{alias}-20")
        assert model(room, dated["id"]) == dated


@pytest.mark.parametrize("name", [row("models-12", "unknown", "claude-none"), row("models-12", "slash", "a/b")])
def test_an_unknown_model_is_not_found(room: Room, name: str) -> None:
    assert refusal(room.send("GET", f"/v1/models/{name}")) == (404, "not_found_error", f"model: {name}")


@shows("models-13")
def test_the_beta_namespace_sees_the_same(room: Room) -> None:
    beta = {"anthropic-beta": "output-300k-2026-03-24"}

    assert good(room.send("GET", "/v1/models?beta=true", headers=beta)) == page(room)


@shows("models-14", "models-15")
def test_ceilings_are_those_of_the_models_pages(room: Room) -> None:
    older = {"claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"}

    for each in page(room, limit=1_000)["data"]:
        ceilings = (200_000, 64_000) if each["id"] in older else (1_000_000, 128_000)
        assert (each["max_input_tokens"], each["max_tokens"]) == ceilings, each["id"]


@shows("models-16")
def test_models_can_be_added_and_used() -> None:
    added = Model(
        "claude-of-tomorrow", 100, name="Claude of Tomorrow", released="2027-01-31", aliases=("tomorrow",)
    )
    with room_with(models=(added, Model("plain"))) as room:
        assert ids(room)[0] == "claude-of-tomorrow"
        assert model(room, "tomorrow")["created_at"] == "2027-01-31T00:00:00Z"
        asking = {"model": "tomorrow", "max_tokens": 101, "messages": [{"role": "user", "content": "x"}]}
        _, _, message = refusal(room.send("POST", "/v1/messages", json=asking))
        answered = good(room.send("POST", "/v1/messages", json=asking | {"max_tokens": 100}))
        results = room.results(room.ended({"custom_id": "a", "params": asking | {"max_tokens": 100}}))

        assert model(room, "plain")["display_name"] == "plain"

    assert message.startswith("max_tokens: 101 > 100")
    assert answered["model"] == "claude-of-tomorrow"
    assert results["a"]["message"]["model"] == "claude-of-tomorrow"
