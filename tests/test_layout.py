"""The rules that hold the house up: who may import whom, and that time is a parameter."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rings import RINGS

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "batchmock": ROOT / "mockserver" / "batchmock",
    "batchproof": ROOT / "contracts" / "batchproof",
    "batchclient": ROOT / "clients" / "batchclient",
}
MODULES = sorted(path for package in PACKAGES.values() for path in package.rglob("*.py"))

MAY_IMPORT = {"batchmock": set[str](), "batchclient": set[str](), "batchproof": {"batchmock", "batchclient"}}

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


RING_OF = {
    f"{package}.{module}": number
    for package, rings in RINGS.items()
    for number, modules in enumerate(rings)
    for module in modules.split()
}


def ring(module: str) -> int:
    """Return the ring of a module, or of a name in it: its own, or else that of its folder."""
    folder, own = ".".join(module.split(".")[:2]), ".".join(module.split(".")[:3])
    return RING_OF[own if own in RING_OF else folder]


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


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_inwards(path: Path) -> None:
    own = name(path).removesuffix(".py").replace("/", ".")
    targets = {module for module in imports(path) if module.startswith(f"{own.split('.')[0]}.")}

    assert {target for target in targets if ring(target) > ring(own)} == set()


@pytest.mark.parametrize("package", RINGS)
def test_every_module_has_a_ring_and_there_are_no_others(package: str) -> None:
    root = PACKAGES[package]
    named = {module for modules in RINGS[package] for module in modules.split()}
    gone = {module for module in named if not list(root.glob(f"{module.replace('.', '/')}*"))}

    assert gone == set()
    assert {path.relative_to(root).parts[0].removesuffix(".py") for path in root.rglob("*.py")} <= named


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
