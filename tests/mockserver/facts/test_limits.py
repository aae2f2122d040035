"""What is too large, too often or too much at once."""

import json

import pytest

from batchmock.limits import RateLimits, Spend, TierName
from batchmock.scenario import Scenario
from tests.mockserver.facts.room import (
    BATCHES,
    UNKNOWN,
    VERSION,
    Room,
    announced,
    asked,
    limited,
    many,
    refusal,
    room_with,
)
from tests.mockserver.facts.rows import row, shows

BODY = json.dumps({"requests": [asked("a")]}).encode()
TOO_LARGE = {"error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}


@pytest.mark.parametrize(
    ("spare", "status"),
    [row("limits-2", "as large as may be", 0, 200), row("limits-2", "one byte more", -1, 413)],
)
def test_a_body_may_be_as_large_as_the_limit(spare: int, status: int) -> None:
    with room_with(body_bytes_max=len(BODY) + spare) as room:
        response = room.call("POST", content=BODY)

        assert response.status_code == status
        assert len(room.ids()) == (status == 200)


@shows("limits-2", "envelope-3")
def test_a_body_without_a_length_is_stopped_on_the_way() -> None:
    with room_with(body_bytes_max=1_000) as room:
        response = room.call("POST", content=(b" " * 100 for _ in range(11)))

    assert (response.status_code, response.json()) == (413, TOO_LARGE)


@pytest.mark.parametrize(
    ("size", "status"),
    [
        row("limits-2", "256 MB are asked for", 256_000_000, b"100"),
        row("limits-3", "one byte more is refused unread", 256_000_001, b"413"),
    ],
)
def test_256_million_bytes_are_the_limit(room: Room, size: int, status: bytes) -> None:
    assert announced(room, size).split()[1] == status


@shows("limits-2")
def test_no_setting_makes_the_limit_larger() -> None:
    with room_with(body_bytes_max=300_000_000) as room:
        assert announced(room, 256_000_001).split()[1] == b"413"


CALLS = [
    row("rates-3", "create", "POST", ""),
    row("rates-3", "list", "GET", ""),
    row("rates-3", "retrieve", "GET", f"/{UNKNOWN}"),
    row("rates-3", "results", "GET", f"/{UNKNOWN}/results"),
    row("rates-3", "cancel", "POST", f"/{UNKNOWN}/cancel"),
    row("rates-3", "delete", "DELETE", f"/{UNKNOWN}"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_counts_against_the_rate(method: str, path: str) -> None:
    with room_with(scenario=limited(rpm=1)) as room:
        first = room.call(method, path)
        second = room.call(method, path)
        other = room.call("GET")

    assert first.status_code in (400, 404, 200)
    assert refusal(second)[:2] == (429, "rate_limit_error")
    assert refusal(other)[:2] == (429, "rate_limit_error")


@shows("rates-1", "rates-2")
def test_a_bucket_refills_steadily_and_says_when() -> None:
    with room_with(scenario=limited(rpm=6)) as room:
        burst = [room.call("GET").status_code for _ in range(7)]
        waits = [room.call("GET").headers["retry-after"]]
        room.advance("4500ms")
        waits.append(room.call("GET").headers["retry-after"])
        room.advance("5499ms")
        early = room.call("GET").status_code
        room.advance("1ms")
        after = [room.call("GET").status_code for _ in range(2)]

    assert burst == [200] * 6 + [429]
    assert waits == ["10", "6"]
    assert early == 429
    assert after == [200, 429]


@shows("rates-4")
def test_a_create_that_overflows_the_queue_stores_nothing() -> None:
    with room_with(scenario=limited(queue=10)) as room:
        kept = room.made(*many(7))
        response = room.post({"requests": many(4)})

        assert refusal(response)[:2] == (429, "rate_limit_error")
        assert int(response.headers["retry-after"]) > 0
        assert room.ids() == [kept]
        assert room.post({"requests": many(3)}).status_code == 200


@shows("rates-5")
def test_a_request_leaves_the_queue_when_it_has_been_processed() -> None:
    with room_with(scenario=limited(queue=10)) as room:
        room.made(*many(10))
        assert room.post({"requests": many(1)}).status_code == 429
        room.advance("24h")
        assert room.post({"requests": many(10)}).status_code == 200


@shows("rates-6")
def test_no_limit_is_on_by_default_and_each_workspace_has_its_own(room: Room) -> None:
    assert {room.call("GET").status_code for _ in range(100)} == {200}
    with room_with(scenario=limited(rpm=1)) as narrow:
        narrow.page()
        other = {"x-api-key": "other", "anthropic-version": VERSION}
        assert narrow.client.get(BATCHES, headers=other).status_code == 200


TIER_ROWS = [
    row("rates-7", "Start", "start", 1_000, 200_000),
    row("rates-7", "Build", "build", 2_000, 300_000),
    row("rates-7", "Scale", "scale", 4_000, 500_000),
    row("rates-8", "Tier 1", "tier_1", 50, 100_000),
    row("rates-8", "Tier 2", "tier_2", 1_000, 200_000),
    row("rates-8", "Tier 3", "tier_3", 2_000, 300_000),
    row("rates-8", "Tier 4", "tier_4", 4_000, 500_000),
]


@pytest.mark.parametrize(("tier", "rate", "queue"), TIER_ROWS)
def test_a_tier_has_a_rate_and_a_queue(tier: TierName, rate: int, queue: int) -> None:
    limits = RateLimits(tier=tier)
    assert (limits.rate, limits.queue) == (rate, queue)
    own = RateLimits(tier=tier, http_requests_per_minute=7, queued_requests_max=8)
    assert (own.rate, own.queue) == (7, 8)


@shows("rates-8")
def test_fifty_calls_a_minute_are_what_tier_1_has() -> None:
    with room_with(scenario=Scenario(limits=RateLimits(tier="tier_1"))) as room:
        assert [room.call("GET").status_code for _ in range(51)] == [200] * 50 + [429]


def spent(spend: Spend) -> Scenario:
    return Scenario(limits=RateLimits(spend=spend))


@shows("rates-9", "rates-11")
def test_at_the_tiers_cap_creates_are_refused_until_the_month_is_over() -> None:
    with room_with(scenario=spent("tier_cap_reached")) as room:
        response = room.post({"requests": many(1)})

        assert refusal(response)[:2] == (429, "rate_limit_error")
        assert "retry-after" not in response.headers
        assert response.json()["error"]["details"] == {"error_code": "enforced_spend_limit_reached"}
        assert room.ids() == []
        # It is 19 August.
        room.advance("12d")
        assert room.post({"requests": many(1)}).status_code == 429
        room.advance("9h15m9s")
        assert room.post({"requests": many(1)}).status_code == 200


@pytest.mark.parametrize(
    ("spend", "begins"),
    [
        row("rates-10", "its own", "own_limit_reached", "You have reached your specified API usage limits"),
        row(
            "rates-10",
            "a workspace's",
            "workspace_limit_reached",
            "You have reached your specified workspace API usage limits",
        ),
    ],
)
def test_at_a_limit_of_its_own_a_create_is_a_400(spend: Spend, begins: str) -> None:
    with room_with(scenario=spent(spend)) as room:
        status, kind, message = refusal(room.post({"requests": many(1)}))

    assert (status, kind) == (400, "invalid_request_error")
    assert message.startswith(begins)
    assert "2026-09-01 at 00:00 UTC" in message


@shows("rates-12")
def test_calls_may_not_grow_too_fast() -> None:
    with room_with(scenario=Scenario(limits=RateLimits(ramp_max=2))) as room:
        # The clock starts 51.5 s into a minute.
        first = [room.call("GET") for _ in range(3)]
        room.advance("9s")
        second = [room.call("GET").status_code for _ in range(5)]
        room.advance("2m")
        after_a_rest = [room.call("GET").status_code for _ in range(3)]

    assert [response.status_code for response in first] == [200, 200, 429]
    assert refusal(first[2])[1] == "rate_limit_error"
    assert first[2].json()["error"]["details"] == {"error_code": "ramp_limit_exceeded"}
    assert first[2].headers["retry-after"] == "9"
    assert second == [200] * 4 + [429]
    assert after_a_rest == [200, 200, 429]
