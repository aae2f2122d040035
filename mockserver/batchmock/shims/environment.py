"""The environment in which a program reaches an emulator, and shares its clock.

Whoever starts a program gives it what this returns, and nothing else:

    with running(Settings(clock=ClockSetting(mode="coupled"))) as url:
        env = environment_for(url, base=os.environ)
        subprocess.run(["node", "app.mjs"], env=env)

Python (3.11 or newer) and Node (20 or newer) then wait on the clock of the workspace that ``api_key`` opens, and
so do the processes they start. It does not know which program it is for; others ignore what is of no use to them.
"""

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

# Whatever could send a program with another credential. A folder of configuration is not named instead, even an
# empty one: the SDK warns of it beside a key, and goes by the key and the base URL of the environment anyway.
REMOVED = (
    "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_CONFIG_DIR", "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE", "ANTHROPIC_FEDERATION_RULE_ID",
    "ANTHROPIC_ORGANIZATION_ID", "ANTHROPIC_WORKSPACE_ID",
)  # fmt: skip
PROXIES_NOT_FOR = "127.0.0.1,localhost,::1"

_HERE = Path(__file__).parent
PYTHON_SHIM = _HERE / "python"
NODE_SHIM = _HERE / "node" / "couple.mjs"


def environment_for(
    base_url: str,
    *,
    base: Mapping[str, str],
    api_key: str = "test",
    is_coupled: bool = True,
    control_token: str | None = None,
) -> dict[str, str]:
    """Return the whole environment of a child: ``base`` with its SDKs pointed at an emulator.

    ``is_coupled`` says whether the program's waiting moves the clock, which then has to be a coupled one.
    """
    kept = {name: value for name, value in base.items() if name not in REMOVED}
    env = kept | {
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_API_KEY": api_key,
        "NO_PROXY": _joined(base.get("NO_PROXY"), PROXIES_NOT_FOR, ","),
        "no_proxy": _joined(base.get("no_proxy"), PROXIES_NOT_FOR, ","),
    }
    return env | _coupling(base_url, base, api_key, control_token) if is_coupled else env


def _coupling(base_url: str, base: Mapping[str, str], api_key: str, control_token: str | None) -> dict[str, str]:
    # As a URL nothing in it needs quoting.
    node_shim = f"--import {NODE_SHIM.as_uri()}"
    env = {
        "BATCHPROOF_CLOCK_URL": base_url,
        "BATCHPROOF_CLOCK_KEY": api_key,
        # What the shim for Python is made of, for interpreters that have not installed it.
        "BATCHPROOF_CLOCK_CODE": str(_HERE.parents[1]),
        "BATCHPROOF_CLOCK_LIBRARIES": f"{sys.implementation.cache_tag}:{_libraries()}",
        "PYTHONPATH": _joined(str(PYTHON_SHIM), base.get("PYTHONPATH"), _path_separator()),
        "NODE_OPTIONS": _joined(base.get("NODE_OPTIONS"), node_shim, " "),
    }
    return env if control_token is None else env | {"BATCHPROOF_CLOCK_TOKEN": control_token}


def _libraries() -> str:
    found = find_spec("time_machine")
    return "" if found is None or found.origin is None else str(Path(found.origin).parents[1])


def _path_separator() -> str:
    return ";" if sys.platform == "win32" else ":"


def _joined(first: str | None, second: str | None, separator: str) -> str:
    return separator.join(part for part in (first, second) if part)
