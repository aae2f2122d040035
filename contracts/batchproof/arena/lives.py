"""What one life of a plan is called with, and what has happened to the client's files before it.

It does not know where clients live.
"""

from collections.abc import Callable
from pathlib import Path

from batchproof.adapters.call import Call
from batchproof.plan import Life, Plan
from batchproof.staging import given


def call_of(plan: Plan, life: int, base_url: str, state_dir: Path, handing: Callable[[], None]) -> Call:
    """Return what a life of a plan calls a client with."""
    asked = given(plan, life)
    interrupt = plan.lives[life].interrupt
    return Call(
        requests=asked.requests,
        base_url=base_url,
        api_key=asked.api_key,
        state_dir=state_dir,
        requests_max=plan.requests_max,
        bytes_max=plan.bytes_max,
        on_interrupt="detach" if interrupt is None else interrupt.policy,
        handing=handing,
    )


def prepare_state(life: Life, state_dir: Path) -> None:
    """Do to a client's files what has happened to them since the life before."""
    damage = life.damage
    files = sorted((path for path in state_dir.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    if damage is None or not files:
        return
    data = files[-1].read_bytes()
    at = min(int(damage.at * len(data)), max(0, len(data) - 1))
    match damage.how:
        case "truncate":
            files[-1].write_bytes(data[:at])
        case "flip":
            files[-1].write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :] if data else b"")
        case "empty":
            files[-1].write_bytes(b"")
