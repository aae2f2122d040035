"""Where it is not known what the API does, official clients work either way."""

from collections.abc import Callable

from tests.sdks.workspace import Workspace, asking, asking_many


def test_an_official_client_does_not_notice_what_is_done_otherwise(
    enter: Callable[[str], Workspace], otherwise_emulator: str
) -> None:
    workspace = enter(otherwise_emulator)
    batch = workspace.create([*asking_many(5), asking("unknown-model", model="claude-none")])
    workspace.advance("24h")
    assert workspace.retrieve(batch["id"])["processing_status"] == "ended"

    lines = [workspace.results(batch["id"]) for _ in range(2)]

    outcomes = [sorted((line["custom_id"], line["result"]["type"]) for line in one) for one in lines]
    assert outcomes[0] == outcomes[1]
    assert [kind for _, kind in outcomes[0]].count("succeeded") == 5
    assert workspace.cancel(batch["id"])["processing_status"] == "ended"
    other = workspace.create(asking_many(2))
    assert workspace.cancel(other["id"])["processing_status"] == "canceling"
    assert workspace.walk(limit=1) == [other["id"], batch["id"]]
    assert workspace.delete(batch["id"])["id"] == batch["id"]
    assert workspace.walk() == [other["id"]]
