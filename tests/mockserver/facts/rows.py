"""How a test says which facts of docs/fidelity.md it shows; the ids end up in the test's name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def shows(*facts: str) -> pytest.MarkDecorator:
    """Name the facts that a test shows: ``pytest -k create-7`` finds it."""
    return pytest.mark.parametrize((), [pytest.param(id=" ".join(facts))])


def row(fact: str, case: str, *values: object) -> object:
    """Return one row of a table, named by the fact that it shows."""
    return pytest.param(*values, id=f"{fact} {case}")


def shown() -> set[str]:
    """Return every fact that a test in this folder names."""
    return {fact for path in HERE.glob("test_*.py") for fact in _named(path)}


def _named(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("row", "shows"):
            arguments = node.args[:1] if node.func.id == "row" else node.args
            yield from (
                one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
