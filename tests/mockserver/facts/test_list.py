"""Pages of the list: their order, their cursors, what is on them."""

import pytest

from tests.mockserver.facts.room import BATCHES, UNKNOWN, Room, good, refusal
from tests.mockserver.facts.rows import row, shows


@pytest.fixture
def made(room: Room) -> list[str]:
    """Five batches, a second apart, newest first."""
    ids: list[str] = []
    for _ in range(5):
        ids.append(room.made())
        room.advance("1s")
    return ids[::-1]


@shows("list-1", "list-7")
def test_an_empty_page_has_no_ids(room: Room) -> None:
    assert room.call("GET").text == '{"data":[],"has_more":false,"first_id":null,"last_id":null}'


@shows("list-1", "list-2", "list-6")
def test_a_page_is_newest_first_and_names_its_ends(room: Room, made: list[str]) -> None:
    page = room.page()

    assert list(page) == ["data", "has_more", "first_id", "last_id"]
    assert [batch["id"] for batch in page["data"]] == made
    assert (page["has_more"], page["first_id"], page["last_id"]) == (False, made[0], made[4])
    assert page["data"] == [room.batch(batch_id) for batch_id in made]


# Which of five batches (0 is the newest) a query shows, and whether there are more that way.
PAGES = [
    row("list-6", "the first two", {"limit": 2}, [0, 1], True),
    row("list-8", "after the newest", {"after_id": 0}, [1, 2, 3, 4], False),
    row("list-8", "two after the newest", {"after_id": 0, "limit": 2}, [1, 2], True),
    row("list-8", "the rest", {"after_id": 2, "limit": 2}, [3, 4], False),
    row("list-8", "after the last", {"after_id": 4}, [], False),
    row("list-9", "before the oldest, those next to it", {"before_id": 4, "limit": 2}, [2, 3], True),
    row("list-9", "before the middle", {"before_id": 2, "limit": 2}, [0, 1], False),
    row("list-9", "before the newest", {"before_id": 0}, [], False),
    row("list-10", "before the oldest, newest first", {"before_id": 4}, [0, 1, 2, 3], False),
    row("list-11", "older ones do not count before", {"before_id": 1, "limit": 5}, [0], False),
    row("list-11", "newer ones do not count after", {"after_id": 3, "limit": 1}, [4], False),
    row("list-11", "one more before", {"before_id": 2, "limit": 1}, [1], True),
    row("list-11", "one more after", {"after_id": 2, "limit": 1}, [3], True),
]


@pytest.mark.parametrize(("query", "shown", "has_more"), PAGES)
def test_a_cursor_gives_the_batches_next_to_it(
    room: Room, made: list[str], query: dict[str, int], shown: list[int], has_more: bool
) -> None:
    page = room.page(**{key: value if key == "limit" else made[value] for key, value in query.items()})

    ids = [made[place] for place in shown]
    assert [batch["id"] for batch in page["data"]] == ids
    assert page["has_more"] is has_more
    assert (page["first_id"], page["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))


@shows("list-3")
def test_twenty_are_on_a_page(room: Room) -> None:
    ids = [room.made() for _ in range(21)][::-1]

    assert room.ids() == ids[:20]
    assert room.page()["has_more"] is True


@pytest.mark.parametrize("limit", [row("list-4", "one", 1), row("list-4", "a thousand", 1_000)])
def test_a_limit_may_be_one_to_a_thousand(room: Room, made: list[str], limit: int) -> None:
    assert room.ids(limit=limit) == made[:limit]


@pytest.mark.parametrize(
    "limit",
    [
        row("list-5", "zero", "0"),
        row("list-5", "below", "-1"),
        row("list-5", "above", "1001"),
        row("list-5", "no number", "ten"),
        row("list-5", "empty", ""),
        row("list-5", "two signs", "--5"),
        row("list-5", "digits of another script", "\N{ARABIC-INDIC DIGIT FIVE}"),
    ],
)
def test_another_limit_is_refused(room: Room, limit: str) -> None:
    assert refusal(room.call("GET", params={"limit": limit}))[:2] == (400, "invalid_request_error")


@shows("list-13")
def test_ended_batches_carry_their_results_url(room: Room) -> None:
    over = room.ended()
    running = room.made()

    urls = {batch["id"]: batch["results_url"] for batch in room.page()["data"]}
    assert urls == {over: f"{room.url}{BATCHES}/{over}/results", running: None}


@shows("list-14", "life-11")
def test_archived_batches_stay_in_the_list(room: Room) -> None:
    batch_id = room.ended()
    before = room.batch(batch_id)
    room.advance("60d")

    (archived,) = room.page()["data"]
    assert archived["archived_at"] is not None
    assert archived == before | {"archived_at": archived["archived_at"], "results_url": None}


@shows("list-15")
def test_deleted_batches_are_gone_from_the_list(room: Room) -> None:
    kept, gone = room.made(), room.ended()
    good(room.call("DELETE", f"/{gone}"))

    assert room.ids() == [kept]


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        row("list-16", "both", {"after_id": UNKNOWN, "before_id": UNKNOWN}, 400, "invalid_request_error"),
        row("list-17", "after", {"after_id": UNKNOWN}, 404, "not_found_error"),
        row("list-17", "before", {"before_id": UNKNOWN}, 404, "not_found_error"),
    ],
)
def test_a_cursor_that_leads_nowhere_is_refused(room: Room, query: dict[str, str], status: int, kind: str) -> None:
    assert refusal(room.call("GET", params=query))[:2] == (status, kind)
