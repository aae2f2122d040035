"""What is to happen once a module has been imported, should it ever be.

It does not know what modules are for.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def when_imported(
    name: str,
    *,
    then: Callable[[], object] = lambda: None,
    within: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Import a module, should it be, within a context, and call something afterwards."""
    sys.meta_path.insert(0, _Finder(name, then, within))


class _Finder:
    """Finds one module as ever, and lets its loader call back."""

    def __init__(
        self, name: str, then: Callable[[], object], within: Callable[[], AbstractContextManager[object]]
    ) -> None:
        self._name = name
        self._then = then
        self._within = within

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is, if it is the one."""
        if name != self._name:
            return None
        sys.meta_path.remove(self)  # pyright: ignore[reportArgumentType]
        spec = PathFinder.find_spec(name, path, target)
        loader: Any = None if spec is None else spec.loader
        if loader is None:
            return spec
        execute = loader.exec_module

        def execute_and_call(module: ModuleType) -> None:
            with self._within():
                execute(module)
            self._then()

        loader.exec_module = execute_and_call
        return spec
