"""A workspace's clock over HTTP: read, changed, advanced.

It does not know what happens meanwhile.
"""

from msgspec import UNSET, Struct, UnsetType

from batchmock.clock import ClockMode, ClockSetting
from batchmock.document import parsed_at
from batchmock.errors import UsageError, invalid_request
from batchmock.http.call import Call
from batchmock.http.control.asked import body_of
from batchmock.http.responses import JsonResponse
from batchmock.times import parse_duration, parse_instant, timestamp, write_duration


class ClockReading(Struct, frozen=True):
    """A clock as the control plane shows it; ``speed`` and ``step`` only where the mode uses them."""

    mode: ClockMode
    now: str
    speed: float | None
    step: str | None


class ClockChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a clock; what is left out stays."""

    mode: ClockMode | UnsetType = UNSET
    now: str | UnsetType = UNSET
    speed: float | UnsetType = UNSET
    step: str | UnsetType = UNSET


class Advance(Struct, frozen=True, forbid_unknown_fields=True):
    """How far to move a clock."""

    by: str


class Advanced(Struct, frozen=True):
    """From where to where a clock moved."""

    before: str
    now: str


async def read_clock(call: Call) -> JsonResponse:
    """Show what the clock reads, and how it moves."""
    return JsonResponse(_reading(call))


async def change_clock(call: Call) -> JsonResponse:
    """Change mode, now, speed or step of the clock: all that is given or, if something is wrong, nothing."""
    change = await body_of(call, ClockChange)
    clock = call.workspace.clock
    try:
        setting = ClockSetting(
            mode=clock.setting.mode if change.mode is UNSET else change.mode,
            speed=clock.setting.speed if change.speed is UNSET else change.speed,
            step=clock.setting.step if change.step is UNSET else parsed_at("step", parse_duration, change.step),
        )
        if change.now is not UNSET:
            clock.advance_to(parsed_at("now", parse_instant, change.now))
    except UsageError as error:
        raise invalid_request(str(error)) from None
    clock.change(setting)
    return JsonResponse(_reading(call))


async def advance_clock(call: Call) -> JsonResponse:
    """Move the clock forward in one jump, whatever its length."""
    advance = await body_of(call, Advance)
    try:
        before, now = call.workspace.clock.advance(parse_duration(advance.by))
    except UsageError as error:
        raise invalid_request(f"by: {error}") from None
    return JsonResponse(Advanced(timestamp(before), timestamp(now)))


def _reading(call: Call) -> ClockReading:
    clock = call.workspace.clock
    setting = clock.setting
    return ClockReading(
        mode=setting.mode,
        now=timestamp(clock.now()),
        speed=setting.speed if setting.mode == "scaled" else None,
        step=write_duration(setting.step) if setting.mode == "stepped" else None,
    )
