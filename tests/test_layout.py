"""The rules that hold the house up: who may import whom, and that time is a parameter."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "batchmock": ROOT / "mockserver" / "batchmock",
    "batchproof": ROOT / "contracts" / "batchproof",
    "batchclient": ROOT / "clients" / "batchclient",
}
MODULES = sorted(path for package in PACKAGES.values() for path in package.rglob("*.py"))

MAY_IMPORT = {"batchmock": set[str](), "batchclient": set[str](), "batchproof": {"batchmock", "batchclient"}}

# Values, decisions, memory, service, edge: an import points inwards, or stays in its ring.
RINGS = {
    # values
    "errors": 0, "times": 0, "limits": 0, "wire": 0, "clock": 0, "clock_clients": 0, "facts": 0, "scenario": 0,
    "scenarios": 0, "timing": 0, "outcomes": 0, "faults": 0, "switches": 0, "draws": 0, "models": 0, "betas": 0,
    "document": 0, "hosts": 0, "settings": 0, "credential": 0, "exchanges": 0, "asked": 0,
    "replies.answers": 0, "replies.canned": 0, "replies.given": 0, "replies.question": 0,
    # decisions
    "params": 1, "messages": 1, "preflight": 1, "unfolding": 1, "replies": 1, "samples": 1, "idle_faults": 1,
    # memory
    "store": 2, "pages": 2, "unfolding.plans": 2, "unfolding.renderings": 2, "fault_book": 2, "rates": 2,
    "exchanges.history": 2,
    # service
    "workspace": 3, "emulator": 3, "snapshot": 3,
    # edges
    "http": 4, "exchanges.access_log": 4, "exchanges.history_file": 4, "exchanges.timeline": 4, "canned_file": 4,
    "scenarios.files": 4, "scenarios.choice": 4, "request_files": 4, "coupling": 4, "socket_wire": 4,
    "connections": 4, "ready_file": 4,
    "handle": 4, "workspace_handle": 4, "remote": 4, "opened": 4, "exec": 4,
    "patience": 5, "server": 5, "inprocess": 5, "shims": 5,
    "cli": 6, "exec.run": 6, "testing": 6, "server_process": 6, "pytest_fixtures": 6, "pytest_plugin": 6,
    "__main__": 6, "__init__": 0,
}  # fmt: skip

CLIENT_RINGS = {
    "errors": 0, "shapes": 0, "effects": 0, "ids": 0, "keys": 0, "outcomes": 0, "parcel": 0, "prices": 0,
    "answers": 1, "cost": 1, "encode": 1, "fingerprint": 1, "interleave": 1, "join": 1, "lines": 1, "origins": 1,
    "pace": 1, "policy": 1, "split": 1,
    "schema": 2, "journal": 2, "load": 2,
    "bench": 3, "reading": 3, "polling": 3, "download": 3, "collection": 3, "lost": 3, "submission": 3, "run": 3,
    "flow": 3, "clerk": 3,
    "patience": 3, "reasons": 2,
    "sdk": 4, "nonces": 4, "signals": 4, "sync": 5, "aio": 5, "cli": 6, "__init__": 0,
}  # fmt: skip

CONTRACT_RINGS = {
    "errors": 0, "documents": 0, "outcome": 0, "plan": 0, "tape": 0, "observation": 0, "returned": 0,
    "staging": 1, "evidence": 1, "contract": 1, "checks": 1, "strategies": 1, "catalogue": 1, "timeline": 1,
    "run": 1,
    "events": 1, "shapes": 1,
    "adapters": 2, "arena": 2, "trial": 2, "search": 2,
    "choice": 1, "known": 1, "known_file": 1, "plan_file": 1, "contact": 1, "replaying": 2,
    "worker": 3, "runner": 3, "zoo": 3, "demo": 3,
    "reports": 3, "saved": 3, "commands": 4, "pytest_suite": 4,
    "cli": 4, "__main__": 5, "__init__": 0,
}  # fmt: skip

# Third parties that must not spread: where each may be imported, as a prefix of the path in its package.
SDK_EDGE = ("sdk.py", "sync.py", "aio.py", "cli/service.py")
KEPT_TO = {
    "starlette": ("http/", "server.py", "socket_wire.py", "inprocess/", "arena/"),
    "uvicorn": ("server.py", "socket_wire.py", "connections/"),
    "click": ("cli/", "cli.py", "demo/command.py", "demo/display.py", "commands/", "zoo/command.py"),
    "httpx": ("inprocess/",),
    "httpx2": ("inprocess/", "zoo/base/calls.py", "zoo/base/run.py", *SDK_EDGE),
    "anthropic": ("inprocess/", *SDK_EDGE, "adapters/reference.py"), "respx": ("inprocess/",),
    "hypothesis": ("strategies/", "catalogue/", "search.py", "contract.py"),
    "pytest": ("pytest_plugin.py", "pytest_fixtures.py", "pytest_suite.py"),
    "time_machine": ("coupling/",), "trio": ("coupling/",),
}  # fmt: skip

FORBIDDEN_CALLS = {
    ("time", None), ("random", None), ("secrets", None), ("asyncio", "sleep"), ("os", "urandom"),
    ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"),
    ("uuid", "uuid1"), ("uuid", "uuid4"),
}  # fmt: skip
# Where real time and real threads come in.
EDGE_OF_TIME = {
    "batchmock/server.py", "batchmock/socket_wire.py",
    "batchmock/pytest_plugin.py",
    "batchmock/inprocess/emulator.py", "batchmock/inprocess/wire.py",
    "batchmock/coupling/stand_ins.py", "batchmock/coupling/stuck.py",
    "batchmock/coupling/turns.py", "batchmock/coupling/wall.py",
    "batchclient/sync.py", "batchclient/aio.py", "batchclient/nonces.py",
    "batchmock/exec/run.py", "batchmock/shims/plain_wall.py", "batchmock/shims/process.py",
    "batchproof/demo/command.py", "batchproof/demo/night.py",
    "batchproof/worker.py", "batchproof/runner.py",
    "batchproof/adapters/process.py", "batchproof/arena/house.py",
    "batchproof/zoo/base/calls.py", "batchproof/zoo/base/journal.py",
    "batchproof/zoo/base/submission.py", "batchproof/zoo/base/waiting.py",
}  # fmt: skip


def name(path: Path) -> str:
    """Return ``package/sub/module.py``."""
    root = next(package for package in PACKAGES.values() if path.is_relative_to(package))
    return path.relative_to(root.parent).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno} imports relatively"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def ring(module: str) -> int:
    """Return the ring of a module, or of a name in it: its own, or else that of its package."""
    _, first, *rest = module.split(".")
    return RINGS.get(f"{first}.{rest[0]}" if rest else first, RINGS[first])


def impurities(path: Path) -> Iterator[str]:
    """Yield each place where a module reads a clock, sleeps or draws without a seed."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            pair = (node.value.id, node.attr)
            if pair in FORBIDDEN_CALLS or (node.value.id, None) in FORBIDDEN_CALLS:
                yield f"{name(path)}:{node.lineno} {node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module in {"time", "random", "secrets"}:
            yield f"{name(path)}:{node.lineno} from {node.module}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_package_imports_only_the_packages_it_may(path: Path) -> None:
    package = name(path).split("/")[0]
    ours = {module.split(".")[0] for module in imports(path)} & PACKAGES.keys()

    assert ours <= MAY_IMPORT[package] | {package}


@pytest.mark.parametrize("path", sorted(PACKAGES["batchmock"].rglob("*.py")), ids=name)
def test_imports_point_inwards(path: Path) -> None:
    own = name(path).removesuffix(".py").replace("/", ".")
    targets = {module for module in imports(path) if module.startswith("batchmock.")}

    assert {target for target in targets if ring(target) > ring(own)} == set()


@pytest.mark.parametrize("path", sorted(PACKAGES["batchclient"].rglob("*.py")), ids=name)
def test_the_clients_imports_point_inwards(path: Path) -> None:
    own = name(path).split("/")[1].removesuffix(".py")
    targets = {module.split(".")[1] for module in imports(path) if module.startswith("batchclient.")}

    assert {target for target in targets if CLIENT_RINGS[target] > CLIENT_RINGS[own]} == set()


@pytest.mark.parametrize("path", sorted(PACKAGES["batchproof"].rglob("*.py")), ids=name)
def test_the_contracts_imports_point_inwards(path: Path) -> None:
    own = name(path).split("/")[1].removesuffix(".py")
    targets = {module.split(".")[1] for module in imports(path) if module.startswith("batchproof.")}

    assert {target for target in targets if CONTRACT_RINGS[target] > CONTRACT_RINGS[own]} == set()


@pytest.mark.parametrize("path", sorted(PACKAGES["batchproof"].rglob("*.py")), ids=name)
def test_contracts_never_ask_the_emulator_what_should_have_happened(path: Path) -> None:
    asked = {module for module in imports(path) if module.startswith("batchmock.unfolding")}

    assert asked | ({"batchmock.workspace"} & set(imports(path))) == set()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_frameworks_stay_where_they_belong(path: Path) -> None:
    place = name(path).split("/", 1)[1]
    spread = {
        library
        for library, places in KEPT_TO.items()
        for module in imports(path)
        if module.split(".")[0] == library and not place.startswith(places)
    }

    assert spread == set()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_time_is_a_parameter(path: Path) -> None:
    if name(path) in EDGE_OF_TIME:
        assert list(impurities(path)), "the edge of time is where real time comes in; it no longer does"
    else:
        assert list(impurities(path)) == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for_and_stays_readable(path: Path) -> None:
    text = path.read_text()

    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 300


@pytest.mark.parametrize("folder", ["mockserver", "contracts", "clients"])
def test_a_component_folder_holds_one_package_and_no_loose_module(folder: str) -> None:
    assert list((ROOT / folder).glob("*.py")) == []
    assert len(list((ROOT / folder).glob("*/__init__.py"))) == 1
