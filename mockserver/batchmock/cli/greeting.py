"""What ``batchproof serve`` says once it is reachable, to a person or to a program.

It does not know how it is served.
"""

from ipaddress import ip_address

import msgspec

from batchmock.clock import ClockSetting
from batchmock.settings import Settings
from batchmock.times import write_duration


def greeting(url: str, settings: Settings, host: str) -> str:
    """Return where it is reached, how time passes there, what to paste, and who else can reach it."""
    lines = [
        f"batchproof serves the Message Batches API on {url}, {_passing(settings.clock)}"
        f" (seed {settings.scenario.seed})",
        f"  export ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY=test",
    ]
    if not _loopback(host):
        open_to_all = "" if settings.control_token else ", its control plane too (--control-token keeps it to you)"
        lines.insert(0, f"batchproof listens on {host}: other machines can reach it{open_to_all}")
    return "\n".join(lines)


def json_greeting(url: str, settings: Settings, host: str) -> str:
    """Return the same as one JSON object, without what to paste."""
    fields = {
        "listening": url,
        "clock": settings.clock.mode,
        "seed": settings.scenario.seed,
        "is_for_this_machine_only": _loopback(host),
    }
    return msgspec.json.encode(fields).decode()


def _passing(clock: ClockSetting) -> str:
    match clock.mode:
        case "scaled":
            return f"{clock.speed:g} virtual seconds a second"
        case "stepped":
            return f"{write_duration(clock.step)} at each poll of an unfinished batch"
        case "manual":
            return "time moves when told"
        case "wall":
            return "in real time"
        case "coupled":
            return "as its clients wait"


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
