"""The schema of the protocol, its reader and its page agree."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import pytest

from batchproof.adapters import messages
from batchproof.adapters.messages import Answer, Done, Greeting, ProtocolError, read_reply
from batchproof.adapters.python import KEYWORDS
from batchproof.plan import Capability
from tests.programs import ROOT

SCHEMA = json.loads((Path(messages.__file__).parent / "protocol.schema.json").read_text())
REPLIES: list[tuple[str, type[Greeting] | type[Answer] | type[Done], dict[str, Any]]] = [
    ("greeting", Greeting, {"id": 1, "protocol": 1, "name": "n"}),
    (
        "greeting",
        Greeting,
        {"id": 1, "protocol": 1, "name": "n", "capabilities": ["resume"], "interrupted_by": "cancel"},
    ),
    ("greeting", Greeting, {"id": 1, "protocol": 1, "name": "n", "capabilities": ["poison"]}),
    ("greeting", Greeting, {"id": 1, "protocol": 1}),
    ("greeting", Greeting, {"id": 1, "protocol": 1, "name": "n", "interrupted_by": "nobody"}),
    ("answer", Answer, {"id": 1, "outcomes": {}}),
    (
        "answer",
        Answer,
        {"id": 1, "outcomes": {"a": None, "b": "text", "c": {"type": "new"}}, "usd": 1, "changed": "x"},
    ),
    ("answer", Answer, {"id": 1, "error": {"message": "m", "outcomes": None, "interrupted": True}}),
    ("answer", Answer, {"id": 1, "error": {"message": "m", "outcomes": {"a": {"result": {"type": "expired"}}}}}),
    ("answer", Answer, {"id": 1, "error": {}}),
    ("answer", Answer, {"id": 1, "error": "no"}),
    ("answer", Answer, {"id": 1, "outcomes": None}),
    ("answer", Answer, {"id": "1", "outcomes": {}}),
    ("answer", Answer, {"id": 1, "outcomes": {}, "usd": "1"}),
    ("answer", Answer, {"id": 1}),
    ("answer", Answer, {"id": 1, "outcomes": {}, "error": {"message": "m"}}),
    ("answer", Answer, {"id": 1, "outcomes": {}, "more": 1}),
    ("done", Done, {"id": 1}),
    ("done", Done, {"id": 1, "ok": True}),
    ("done", Done, {}),
]


@pytest.mark.parametrize(
    ("name", "shape", "reply"), REPLIES, ids=[f"{name} {json.dumps(reply)}" for name, _, reply in REPLIES]
)
def test_the_schema_and_the_reader_agree_on_what_is_an_answer(
    name: str, shape: Any, reply: dict[str, Any]
) -> None:
    schema = jsonschema_rs.validator_for({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]})
    read: Callable[[], Any] = lambda: read_reply(json.dumps(reply).encode(), shape, 1)  # noqa: E731

    if schema.is_valid(reply):
        read()
    else:
        with pytest.raises(ProtocolError):
            read()


def test_the_page_says_what_the_protocol_says() -> None:
    page = (ROOT / "docs" / "adapters.md").read_text()
    schema = jsonschema_rs.validator_for(SCHEMA)
    (wire,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    for line in wire.splitlines():
        schema.validate(json.loads(line))
    verbs = [shape.__struct_config__.tag for shape in get_args(messages.Asked)]
    told = [*KEYWORDS, *get_args(Capability), *verbs]
    assert [name for name in told if f"`{name}`" not in page] == []
