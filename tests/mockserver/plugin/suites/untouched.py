"""A suite of somebody who has the plugin installed and asks for nothing."""

import sys


def test_nothing_was_imported() -> None:
    ours = sorted(name for name in sys.modules if name.partition(".")[0] in ("batchmock", "batchproof"))
    assert ours == ["batchmock", "batchmock.pytest_plugin"]
    assert not {"starlette", "msgspec", "uvicorn", "anthropic", "pydantic_core"} & sys.modules.keys()
