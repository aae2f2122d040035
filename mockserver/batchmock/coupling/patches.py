"""Putting stand-ins where code finds the time, and everything back afterwards.

The attributes of ``time``, ``threading`` and ``queue`` are replaced, and what modules took from them by
``from … import``; what a function took as the default of a parameter is out of reach. It does not know what the
stand-ins do.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from batchmock.coupling import stand_ins
from batchmock.coupling.locks import VisibleLock, VisibleRLock

Undo = Callable[[], None]

# Of the standard library only those that let their callers wait; the rest keeps its own machinery going.
WAITING_MODULES = {"threading", "queue", "sched"}
UNTOUCHED = {"batchmock", *stand_ins.TOOLS}

_STAND_INS: list[tuple[ModuleType | type, str, object]] = [
    (time, "sleep", stand_ins.sleep),
    (time, "monotonic", stand_ins.monotonic),
    (time, "monotonic_ns", stand_ins.monotonic_ns),
    (time, "perf_counter", stand_ins.perf_counter),
    (time, "perf_counter_ns", stand_ins.perf_counter_ns),
    (threading.Condition, "wait", stand_ins.condition_wait),
    (threading.Thread, "start", stand_ins.start),
    (threading.Thread, "join", stand_ins.join),
    (threading, "Lock", VisibleLock),
    (threading, "RLock", VisibleRLock),
    # Executors wait on it; C's own waits out of sight.
    (queue, "SimpleQueue", vars(queue)["_PySimpleQueue"]),
]
# What modules may have taken by name: the stand-in for each original, by the original's identity.
_TAKEN: dict[int, object] = {
    id(getattr(owner, name)): stand_in for owner, name, stand_in in _STAND_INS if isinstance(owner, ModuleType)
}
# What was found in a module of so many names, as looking takes a while and they seldom change.
_FOUND: dict[int, tuple[int, list[str]]] = {}


def replace(owner: Any, name: str, stand_in: object) -> Undo:
    """Replace an attribute; return how to put it back."""
    is_own = name in vars(owner)
    original = getattr(owner, name)
    setattr(owner, name, stand_in)

    def undo() -> None:
        if is_own:
            setattr(owner, name, original)
        else:
            delattr(owner, name)

    return undo


def replace_all() -> list[Undo]:
    """Put every stand-in in place; return how to put everything back, last first."""
    # Before the attributes: afterwards nobody is taken for the original any more.
    taken = [replace(module, name, stand_in) for module, name, stand_in in _taken_by_name()]
    return taken + [replace(owner, name, stand_in) for owner, name, stand_in in _STAND_INS]


def _taken_by_name() -> list[tuple[ModuleType, str, object]]:
    originals = {id(getattr(owner, name)) for owner, name, _ in _STAND_INS if isinstance(owner, ModuleType)}
    return [
        (module, name, _TAKEN[id(vars(module)[name])])
        for module in list(sys.modules.values())
        if _is_touched(getattr(module, "__name__", None))
        for name in _names(module)
        if id(vars(module).get(name)) in originals
    ]


def _names(module: ModuleType) -> list[str]:
    content = vars(module)
    size, names = _FOUND.get(id(content), (-1, list[str]()))
    if size != len(content):
        names = [name for name, value in list(content.items()) if id(value) in _TAKEN]
        _FOUND[id(content)] = len(content), names
    return names


def _is_touched(name: object) -> bool:
    if not isinstance(name, str):
        return False
    top = name.partition(".")[0]
    return name in WAITING_MODULES or (top not in sys.stdlib_module_names and top not in UNTOUCHED)
