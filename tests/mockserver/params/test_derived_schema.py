"""schema.json is what the locked SDK's types come to, and its fields are those the SDK puts into a body."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import anthropic
import anthropic.resources.beta.messages.messages as beta
import anthropic.resources.messages.messages as ga
import jsonschema_rs
import pytest

from batchmock.params.shapes import Surface, schemas
from scripts.beyond_the_types import ADDED
from scripts.derive_params import COMMAND, HOME

ROOT = Path(__file__).parents[3]
# In a process of its own: `typing` remembers the first of two literals that differ in their order alone.
DERIVE = "import sys; from scripts.derive_params import derived, rendered; sys.stdout.write(rendered(derived()))"


def test_the_checked_in_schema_is_that_of_the_locked_sdk() -> None:
    now = subprocess.run(
        [sys.executable, "-c", DERIVE], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert schemas()["sdk"] == anthropic.__version__, (
        f"the locked SDK has moved on: run `{COMMAND}`, read the diff"
    )
    assert HOME.read_text() == now, f"the schema is not what its sources come to: run `{COMMAND}`"


def body_fields(module: ModuleType, method: str) -> set[str]:
    """Return what a method of the SDK puts into the body of a request."""
    klass = next(
        node
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ClassDef) and node.name == "Messages"
    )
    functions = [node for node in klass.body if isinstance(node, ast.FunctionDef) and node.name == method]
    bodies = [
        keyword.value
        for node in ast.walk(functions[-1])
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "body"
    ]
    [fields] = [
        {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        for body in bodies
        for node in ast.walk(body)
        if isinstance(node, ast.Dict)
    ]
    return fields


@pytest.mark.parametrize(
    ("surface", "module", "method"),
    [
        ("create", ga, "create"),
        ("create_beta", beta, "create"),
        ("count_tokens", ga, "count_tokens"),
        ("count_tokens_beta", beta, "count_tokens"),
    ],
)
def test_the_fields_are_those_of_a_body_and_not_those_of_headers(
    surface: Surface, module: ModuleType, method: str
) -> None:
    fields = set(schemas()["surfaces"][surface]["properties"])
    added = {key for key, (surfaces, _) in ADDED.items() if surface in surfaces}

    assert fields - added - {"user_profile_id"} == body_fields(module, method)


@pytest.mark.parametrize("surface", ["create", "create_beta", "count_tokens", "count_tokens_beta"])
def test_the_schema_is_json_schema(surface: Surface) -> None:
    whole = {**schemas()["surfaces"][surface], "$defs": schemas()["$defs"]}

    assert jsonschema_rs.meta.is_valid(whole)


def test_only_what_the_sdk_leaves_open_is_open() -> None:
    opened = {name for name, one in schemas()["$defs"].items() if one["additionalProperties"]}

    assert opened == {"BetaFallbackParam", "InputSchemaTyped"}
