"""Headers in and out."""

import gzip
import re
from uuid import UUID

import httpx2
import pytest

from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.switches import Switches
from tests.mockserver.facts.room import (
    BATCHES,
    UNKNOWN,
    Room,
    asked,
    good,
    invalid,
    many,
    no_results,
    refusal,
    room_with,
)
from tests.mockserver.facts.rows import row, shows

UNKNOWN_BETA = "Unexpected value(s) `x-2026-01-01` for the `anthropic-beta` header."


@pytest.mark.parametrize("version", [row("headers-in-1", name, name) for name in ("2023-06-01", "2026-10-21")])
def test_both_api_versions_give_the_same_batch(room: Room, version: str) -> None:
    room.headers["anthropic-version"] = version

    batch = room.create()
    room.advance("24h")

    assert list(batch) == list(room.batch(batch["id"]))
    assert [line["result"]["type"] for line in room.lines(batch["id"])] == ["succeeded"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        row("headers-in-2", "create", "POST", ""),
        row("headers-in-2", "list", "GET", ""),
        row("headers-in-2", "retrieve", "GET", f"/{UNKNOWN}"),
        row("headers-in-2", "results", "GET", f"/{UNKNOWN}/results"),
        row("headers-in-2", "cancel", "POST", f"/{UNKNOWN}/cancel"),
        row("headers-in-2", "delete", "DELETE", f"/{UNKNOWN}"),
    ],
)
def test_no_call_does_without_a_version(room: Room, method: str, path: str) -> None:
    del room.headers["anthropic-version"]

    assert refusal(room.call(method, path)) == invalid("anthropic-version: header is required")


@shows("headers-in-3")
def test_there_is_no_third_version(room: Room) -> None:
    status, kind, _ = refusal(room.call("GET", headers={"anthropic-version": "2024-01-01"}))

    assert (status, kind) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "betas",
    [
        row("headers-in-4", "no space", "output-300k-2026-03-24,token-counting-2024-11-01"),
        row("headers-in-4", "a space", "output-300k-2026-03-24, token-counting-2024-11-01"),
        row("headers-in-6", "obsolete", "message-batches-2024-09-24"),
    ],
)
def test_known_betas_are_taken(room: Room, betas: str) -> None:
    response = room.call("POST", headers={"anthropic-beta": betas}, json={"requests": [asked("a")]})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "betas",
    [
        row("headers-in-5", "alone", "x-2026-01-01"),
        row("headers-in-5", "beside a known one", "output-300k-2026-03-24,x-2026-01-01"),
        row("headers-in-4", "the second after a space", "output-300k-2026-03-24, x-2026-01-01"),
    ],
)
def test_an_unknown_beta_is_refused_by_name(room: Room, betas: str) -> None:
    response = room.call("POST", headers={"anthropic-beta": betas}, json={"requests": [asked("a")]})

    assert refusal(response)[:2] == (400, "invalid_request_error")
    assert refusal(response)[2].startswith(UNKNOWN_BETA)
    assert room.ids() == []


@shows("headers-in-5")
def test_an_unknown_beta_is_refused_on_a_poll_too(room: Room) -> None:
    batch_id = room.made()
    response = room.call("GET", f"/{batch_id}", headers={"anthropic-beta": "x-2026-01-01"})

    assert refusal(response)[0] == 400
    assert refusal(response)[2].startswith(UNKNOWN_BETA)


@shows("headers-in-7")
def test_the_beta_query_changes_nothing(room: Room) -> None:
    beta = {"beta": "true"}
    batch = good(room.call("POST", params=beta, json={"requests": [asked("a")]}))

    assert good(room.call("GET", f"/{batch['id']}", params=beta)) == room.batch(batch["id"])
    assert room.page(beta="true", limit=1) == room.page(limit=1)
    assert good(room.call("POST", f"/{batch['id']}/cancel", params=beta))["processing_status"] == "canceling"
    room.advance("24h")
    deleted = good(room.call("DELETE", f"/{batch['id']}", params=beta))
    assert deleted == {"id": batch["id"], "type": "message_batch_deleted"}


@shows("headers-in-8")
def test_a_credential_may_name_its_own_workspace_on_every_call(room: Room) -> None:
    own = room.call("GET").headers["anthropic-workspace-id"]
    room.headers["anthropic-workspace-id"] = own

    batch_id = room.ended()

    assert room.ids() == [batch_id]
    assert room.download(batch_id).status_code == 200
    assert room.call("DELETE", f"/{batch_id}").status_code == 200


@shows("headers-in-9")
def test_a_credential_may_not_name_another_workspace(room: Room) -> None:
    response = room.call("GET", headers={"anthropic-workspace-id": "wrkspc_01AAAAAAAAAAAAAAAAAAAAAA"})

    assert refusal(response)[:2] == (403, "permission_error")
    assert response.headers["anthropic-workspace-id"] == room.call("GET").headers["anthropic-workspace-id"]


@shows("headers-in-8")
def test_an_empty_workspace_is_none(room: Room) -> None:
    assert room.call("GET", headers={"anthropic-workspace-id": ""}).status_code == 200


@shows("headers-in-10")
def test_a_user_profile_is_taken_on_create(room: Room) -> None:
    profile = {"anthropic-user-profile-id": "uprof_01AAAAAAAAAAAAAAAAAAAAAA"}
    response = room.call("POST", headers=profile, json={"requests": [asked("a")]})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "sent", [row("headers-in-11", "none", {}), row("headers-in-11", "json", {"content-type": "application/json"})]
)
def test_cancel_and_delete_go_with_and_without_a_content_type(room: Room, sent: dict[str, str]) -> None:
    batch_id = room.made()

    assert room.call("POST", f"/{batch_id}/cancel", headers=sent).status_code == 200
    room.advance("24h")
    assert room.call("DELETE", f"/{batch_id}", headers=sent).status_code == 200


@shows("headers-in-12")
def test_telemetry_is_ignored(room: Room) -> None:
    telemetry = {"x-stainless-retry-count": "2", "x-stainless-lang": "python", "traceparent": "00-0-0-00"}

    assert room.call("POST", headers=telemetry, json={"requests": [asked("a")]}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        row("headers-in-13", "json", {"content-type": "application/json"}, 200),
        row("headers-in-14", "none", {}, 200),
        row("headers-in-14", "a form", {"content-type": "application/x-www-form-urlencoded"}, 400),
        row("headers-in-15", "a charset", {"content-type": "Application/JSON;Charset=UTF-8"}, 200),
        row("headers-in-15", "a quoted charset", {"content-type": 'application/json; charset="utf-8"'}, 200),
        row("headers-in-15", "a profile", {"content-type": "application/json; profile=z"}, 200),
        row("headers-in-15", "two", {"content-type": "application/json; charset=utf-8; x=y"}, 200),
        row("headers-in-15", "in quotes", {"content-type": 'application/json; x="; charset=latin-1"'}, 200),
        row("headers-in-15", "latin", {"content-type": "application/json; charset=latin-1"}, 400),
        row("headers-in-15", "latin at last", {"content-type": 'application/json; x=y; charset="latin-1"'}, 400),
    ],
)
def test_a_create_body_is_json(room: Room, sent: dict[str, str], status: int) -> None:
    body = b'{"requests":[{"custom_id":"a","params":{}}]}'

    assert room.call("POST", headers=sent, content=body).status_code == status


def every_kind_of_answer(room: Room) -> dict[str, httpx2.Response]:
    """Return one response of each kind, by what it shows."""
    running, over, canceled = room.made(), room.ended(), room.made()
    running = room.made()
    return {
        "create": room.post({"requests": [asked("a")]}),
        "list": room.call("GET"),
        "running": room.call("GET", f"/{running}"),
        "early": room.download(running),
        "cancel": room.call("POST", f"/{canceled}/cancel"),
        "canceling": room.call("GET", f"/{canceled}"),
        "ended": room.call("GET", f"/{over}"),
        "results": room.download(over),
        "refused delete": room.call("DELETE", f"/{running}"),
        "delete": room.call("DELETE", f"/{over}"),
        "refused create": room.post({"requests": []}),
        "not found": room.call("GET", f"/{UNKNOWN}"),
        "no results of nothing": room.download(UNKNOWN),
        "no route": room.client.get("/v1/nothing", headers=room.headers),
        "no method": room.call("PUT"),
        "no version": room.client.get(BATCHES, headers={"x-api-key": room.headers["x-api-key"]}),
        "no credential": room.client.get(BATCHES),
    }


@shows("headers-out-1", "headers-out-2")
def test_every_response_has_a_request_id_of_its_own(room: Room) -> None:
    ids = [response.headers["request-id"] for response in every_kind_of_answer(room).values()]

    assert len(set(ids)) == len(ids)
    assert [id_ for id_ in ids if not re.fullmatch(r"req_011C[1-9A-HJ-NP-Za-km-z]{20}", id_)] == []


@shows("headers-out-3")
def test_every_response_names_the_one_organization(room: Room) -> None:
    (organization,) = {
        response.headers["anthropic-organization-id"] for response in every_kind_of_answer(room).values()
    }

    assert str(UUID(organization)) == organization


@shows("headers-out-4", "headers-out-5")
def test_a_response_names_the_workspace_unless_nobody_came_in(room: Room) -> None:
    answers = every_kind_of_answer(room)
    named = {kind: answer.headers.get("anthropic-workspace-id") for kind, answer in answers.items()}

    assert named.pop("no credential") is None
    del named["no route"], named["no method"]
    (workspace,) = set(named.values())
    assert re.fullmatch(r"wrkspc_01[1-9A-HJ-NP-Za-km-z]{22}", workspace or "")


@shows("headers-out-6")
def test_all_but_results_is_json_without_a_charset(room: Room) -> None:
    types = {kind: answer.headers["content-type"] for kind, answer in every_kind_of_answer(room).items()}

    assert types.pop("results") == "application/x-jsonl"
    assert set(types.values()) == {"application/json"}


@shows("headers-out-7", "headers-out-8", "headers-out-9")
def test_only_a_look_at_one_unfinished_batch_says_when_to_look_again(room: Room) -> None:
    answers = every_kind_of_answer(room)

    hints = {kind: answer.headers.get("retry-after") for kind, answer in answers.items()}
    assert {kind: hint for kind, hint in hints.items() if hint} == {"running": "10", "canceling": "10"}


@shows("headers-out-10", "headers-out-11", "headers-out-12")
def test_only_early_results_say_not_to_retry(room: Room) -> None:
    answers = every_kind_of_answer(room)

    hints = {kind: answer.headers.get("x-should-retry") for kind, answer in answers.items()}
    assert {kind: hint for kind, hint in hints.items() if hint} == {"early": "false"}
    batch_id = answers["early"].url.path.split("/")[4]
    assert refusal(answers["early"]) == no_results(batch_id)


@shows("headers-out-13")
def test_results_are_packed_when_asked_for(room: Room) -> None:
    path = f"{BATCHES}/{room.ended(*many(50))}/results"
    plain = room.client.get(path, headers=room.headers)

    with room.client.stream("GET", path, headers=room.headers | {"accept-encoding": "gzip"}) as packed:
        body = b"".join(packed.iter_raw())

    assert (packed.headers["content-encoding"], packed.headers["content-type"]) == ("gzip", "application/x-jsonl")
    assert "content-length" not in packed.headers
    assert gzip.decompress(body) == plain.content
    assert len(body) < len(plain.content)
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("wish", "is_packed"),
    [
        row("headers-out-13", wish, wish, is_packed)
        for wish, is_packed in {
            "gzip;q=0": False,
            "gzip;q=0.0, identity": False,
            "gzip;q=0, *": False,
            "notgzip": False,
            "*;q=0": False,
            "gzip;q=much": False,
            "gzip;q=-1": False,
            "": False,
            "br, deflate": False,
            "*": True,
            "GZIP": True,
            "x-gzip": True,
            "br;q=1.0, gzip ; q=0.001": True,
            "identity;q=0, *;q=0.5": True,
            "*;q=0, gzip": True,
        }.items()
    ],
)
def test_results_are_packed_for_no_one_else(room: Room, wish: str, *, is_packed: bool) -> None:
    answer = room.call("GET", f"/{room.ended(*many(9))}/results", headers={"accept-encoding": wish})

    assert ("content-encoding" in answer.headers) is is_packed
    assert answer.text.count("\n") == 9


@shows("headers-out-17")
def test_results_and_large_pages_vary_by_what_is_asked_for(room: Room) -> None:
    batch_id = room.ended(*many(50))
    small = room.call("GET")
    for _ in range(5):
        room.made()

    for coding in ("gzip", "identity"):
        large = [
            room.call("GET", path, headers={"accept-encoding": coding}) for path in ("", f"/{batch_id}/results")
        ]
        assert [answer.headers["vary"] for answer in large] == ["Accept-Encoding"] * 2
    assert "vary" not in small.headers
    assert "vary" not in room.call("GET", f"/{batch_id}").headers


@shows("headers-out-13")
def test_a_large_page_is_packed_when_asked_for(room: Room) -> None:
    for _ in range(5):
        room.made()

    packed = room.call("GET", headers={"accept-encoding": "gzip, deflate"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == room.page()


@shows("headers-out-4")
def test_a_key_has_the_same_workspace_on_every_emulator_with_the_same_seed() -> None:
    with room_with() as one, room_with() as other:
        names = [room.call("GET").headers["anthropic-workspace-id"] for room in (one, other)]

    assert names[0] == names[1]


def told(response: httpx2.Response) -> dict[str, str]:
    prefix = "anthropic-ratelimit-"
    return {name: value for name, value in response.headers.items() if name.startswith(prefix)}


@shows("headers-out-14")
def test_calls_on_batches_tell_nothing_of_the_rate(room: Room) -> None:
    batch_id = room.ended()
    calls = [room.call("GET"), room.call("GET", f"/{batch_id}"), room.download(batch_id), room.post({})]

    assert [told(response) for response in calls] == [{}] * 4


@shows("headers-out-15", "headers-out-16")
def test_where_they_tell_of_the_rate_they_say_what_is_left_and_until_when() -> None:
    scenario = Scenario(switches=Switches(ratelimit_headers="present"))
    with room_with(scenario=scenario) as room:
        created = room.post({"requests": many(1)})
        room.advance("1s")
        polled = room.call("GET", f"/{UNKNOWN}")
        room.advance("24h")
        downloaded = room.download(created.json()["id"])

    prefix = "anthropic-ratelimit-requests"
    # 20,000 a minute are 333 a second: what one call took is there again at once.
    assert [told(response)[f"{prefix}-remaining"] for response in (created, polled, downloaded)] == ["19999"] * 3
    assert told(created) == {
        f"{prefix}-limit": "20000",
        f"{prefix}-remaining": "19999",
        f"{prefix}-reset": "2026-08-19T14:44:52Z",
    }


@shows("headers-out-16")
def test_the_reset_of_an_empty_bucket_is_a_minute_away() -> None:
    limits = RateLimits(http_requests_per_minute=2)
    with room_with(scenario=Scenario(limits=limits, switches=Switches(ratelimit_headers="present"))) as room:
        left = [told(room.call("GET")) for _ in range(3)]

    assert [one["anthropic-ratelimit-requests-remaining"] for one in left] == ["1", "0", "0"]
    assert left[2]["anthropic-ratelimit-requests-reset"] == "2026-08-19T14:45:52Z"
