"""Lists as every official SDK pages through them, in both directions."""

from tests.sdks.workspace import Workspace, asking_many


def newest_first(workspace: Workspace, number: int) -> list[str]:
    """Create so many batches; return their ids as a list shows them."""
    created = [workspace.create(asking_many(1))["id"] for _ in range(number)]
    return created[::-1]


def test_an_empty_list_has_no_cursors(workspace: Workspace) -> None:
    assert workspace.page() == {"data": [], "has_more": False, "first_id": None, "last_id": None}
    assert workspace.walk() == []


def test_a_list_that_pages_by_itself_shows_every_batch_once_newest_first(workspace: Workspace) -> None:
    ids = newest_first(workspace, 5)

    assert workspace.walk(limit=2) == ids


def test_a_page_names_its_ends_and_says_whether_there_are_more(workspace: Workspace) -> None:
    ids = newest_first(workspace, 5)

    page = workspace.page(limit=2)

    assert [batch["id"] for batch in page["data"]] == ids[:2]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[0], ids[1], True)
    assert page["data"][0] == workspace.retrieve(ids[0])


def test_after_id_leads_to_the_older_batches(workspace: Workspace) -> None:
    ids = newest_first(workspace, 6)

    assert workspace.walk(limit=2, after_id=ids[1]) == ids[2:]


def test_before_id_leads_to_the_newer_batches_page_by_page(workspace: Workspace) -> None:
    ids = newest_first(workspace, 6)

    # The page next to the cursor comes first, and each page is newest first in itself.
    assert workspace.walk(limit=2, before_id=ids[5]) == [ids[3], ids[4], ids[1], ids[2], ids[0]]


def test_the_default_page_holds_twenty(workspace: Workspace) -> None:
    ids = newest_first(workspace, 21)

    page = workspace.page()

    assert [batch["id"] for batch in page["data"]] == ids[:20]
    assert page["has_more"]
    assert workspace.walk() == ids
