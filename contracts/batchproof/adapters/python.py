"""A Python callable as a client under test, sync or async.

    def run(requests, *, base_url, api_key) -> Mapping[custom_id, outcome]

Further keywords are capabilities: it is passed those that it takes. It does not know where it runs.
"""

import asyncio
import copy
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from batchmock.errors import CoupledTimeError
from batchproof.adapters.call import Call
from batchproof.errors import UsageError
from batchproof.observation import Ending
from batchproof.outcome import Outcome
from batchproof.plan import Capability
from batchproof.returned import Returned
from batchproof.shapes import looks, read_outcomes

# The keywords beside ``base_url`` and ``api_key`` that a callable may take, and what it offers with each.
KEYWORDS: Mapping[str, Capability] = {
    "state_dir": "resume",
    "requests_max": "split",
    "bytes_max": "split",
    "on_interrupt": "interrupt",
    "on_outcome": "stream",
    "betas": "betas",
}
_SIGNATURE = "def run(requests, *, base_url, api_key)"


class PythonClient:
    """A callable; its capabilities are read from its signature."""

    def __init__(self, run: Callable[..., Any], name: str) -> None:
        self._name = name
        self._run = run
        self._taken = _keywords(run, name)
        found: set[Capability] = {KEYWORDS[keyword] for keyword in self._taken & KEYWORDS.keys()}
        reports_cost = inspect.signature(run).return_annotation in (Returned, "Returned")
        found |= {"poison", "deadline"}
        if reports_cost:
            found.add("cost")
        self._capabilities = frozenset(found)

    @property
    def name(self) -> str:
        """What reports call it."""
        return self._name

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it offers beside running requests."""
        return self._capabilities

    def call(self, call: Call) -> Ending:
        """Run it to its end, and tell how it ended; interruptions from outside go through."""
        requests = [copy.deepcopy(request.as_json) for request in call.requests]
        try:
            returned = self._run(requests, **self._arguments(call))
            if inspect.isawaitable(returned):
                returned = asyncio.run(_awaited(returned))
        except CoupledTimeError:
            # Nothing that the client did: it would have waited beyond all patience.
            raise
        except Exception as error:
            carried = _outcomes(getattr(error, "outcomes", None))
            return Ending(how="raised", outcomes=carried, error=told(error))
        return _ending(returned, changed=_changed(call, requests))

    def _arguments(self, call: Call) -> dict[str, Any]:
        offered: dict[str, Any] = {
            "base_url": call.base_url,
            "api_key": call.api_key,
            "state_dir": call.state_dir,
            "requests_max": call.requests_max,
            "bytes_max": call.bytes_max,
            "on_interrupt": call.on_interrupt,
            "on_outcome": _handing(call),
            "betas": {request.key: list(request.betas) for request in call.requests},
        }
        return {name: value for name, value in offered.items() if name in self._taken}


def load(target: str) -> PythonClient:
    """Return the client that ``module:callable`` or ``path/file.py:callable`` names.

    Raises:
        UsageError: there is no such thing, or it cannot be called as a client is.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise UsageError(f"{target!r} names no callable; write module:callable or path/file.py:callable")
    found: Any = _module(place)
    for part in name.split("."):
        if not hasattr(found, part):
            raise UsageError(f"{place} has no {name!r}; it has {_public(found)}")
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"{target} is {looks(found)}, which cannot be called")
    return PythonClient(found, target)


def _module(place: str) -> ModuleType:
    # As `python -m` has it: what lies in the working directory can be imported.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return _file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise UsageError(f"cannot import {place}: {error}; looked in {Path.cwd()} and on sys.path") from None
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"cannot import {place}: {type(error).__name__}: {error}") from error


def _file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"there is no file {path}; looked in {Path.cwd()}")
    sys.path.insert(0, str(path.parent.resolve()))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _public(module: object) -> str:
    names = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
    return ", ".join(names[:8]) or "nothing that can be called"


def _keywords(run: Callable[..., Any], name: str) -> frozenset[str]:
    parameters = inspect.signature(run).parameters
    known = {"base_url", "api_key", *KEYWORDS}
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
        return frozenset({"base_url", "api_key"} | (known & parameters.keys()))
    for needed in ("base_url", "api_key"):
        if needed not in parameters:
            raise UsageError(f"{name} takes no {needed}; a client is called as {_SIGNATURE}")
    return frozenset(known & parameters.keys())


def _handing(call: Call) -> Callable[[object, object], None]:
    def handing(key: object, outcome: object) -> None:
        call.handing()

    return handing


async def _awaited(returned: Any) -> Any:
    return await returned


def _ending(returned: object, *, changed: str) -> Ending:
    usd = None
    if isinstance(returned, Returned):
        usd, returned = returned.cost_usd, returned.outcomes
    if not isinstance(returned, Mapping):
        kind = type(returned).__name__
        error = f"it returned a {kind}, which is no mapping from custom_id to outcome: {looks(returned)}"
        return Ending(how="broke", error=error)
    outcomes, odd = read_outcomes(cast(Mapping[object, object], returned))
    return Ending(how="returned", outcomes=outcomes, odd=odd, usd=usd, changed=changed)


def _outcomes(carried: object) -> dict[str, Outcome] | None:
    return read_outcomes(cast(Mapping[object, object], carried))[0] if isinstance(carried, Mapping) else None


def _changed(call: Call, requests: list[dict[str, Any]]) -> str:
    """Return which of the requests it was given a client has changed; NaN and the like are never the same."""
    for request, now in zip(call.requests, requests, strict=False):
        if repr(request.as_json) != repr(now) and request.as_json != now:
            return f"{request.key!r} is now {looks(now)}"
    return "" if len(requests) == len(call.requests) else f"the list now has {len(requests)} requests"


def told(error: BaseException) -> str:
    """Return what an error tells, with its notes and what led to it; the error itself first."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append("".join(traceback.format_exception_only(current)).strip())
        parts += [told(inner) for inner in getattr(current, "exceptions", ())]
        current = current.__cause__ or current.__context__
    return "\n".join(parts)
