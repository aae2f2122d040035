"""Couples the time of every Python that finds this folder on its PYTHONPATH, then runs the sitecustomize it hides.

It imports nothing that the interpreter could lack; what couples is found by path. It does not know how that works.
"""

import os
import sys
from importlib import import_module


def _couple() -> None:
    if sys.version_info < (3, 11) or sys.implementation.name != "cpython":
        version = ".".join(map(str, sys.version_info[:2]))
        _say(f"{sys.implementation.name} {version} keeps its own time; coupled time needs CPython 3.11")
        return
    code = os.environ["BATCHPROOF_CLOCK_CODE"]
    tag, _, libraries = os.environ.get("BATCHPROOF_CLOCK_LIBRARIES", "").partition(":")
    added = [code, libraries] if tag == sys.implementation.cache_tag and libraries else [code]
    # Last, so that nothing of the program's own is hidden, and only for as long as it takes.
    sys.path.extend(added)
    try:
        from batchmock.shims.process import couple
        from batchmock.shims.server_clock import ClockGoneError

        try:
            couple(os.environ)
        except ClockGoneError as gone:
            _say(f"no clock to wait on, so time is real: {gone}")
    finally:
        for path in added:
            sys.path.remove(path)


def _say(what: str) -> None:
    os.write(2, f"batchproof: {what}\n".encode())


def _run_the_hidden() -> None:
    own = sys.modules.pop("sitecustomize")
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    try:
        import_module("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = own


if "BATCHPROOF_CLOCK_URL" in os.environ:
    _couple()
_run_the_hidden()
