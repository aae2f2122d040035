"""The control plane, ``/_emulator/``: health, a workspace's clock, reset.

The credential selects the workspace, as it does for the API itself. It does not know batches.
"""

from importlib.metadata import version
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from batchmock.clock import ClockMode, ClockSetting
from batchmock.errors import UsageError, invalid_request
from batchmock.http.body import read_body
from batchmock.http.call import Call
from batchmock.http.responses import JsonResponse
from batchmock.times import parse_duration, parse_instant, timestamp, write_duration
from batchmock.wire.refusal import describe
from batchmock.wire.request import not_json

CONTROL_BODY_BYTES_MAX = 1_000_000

T = TypeVar("T")


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


async def health() -> JsonResponse:
    """``GET /_emulator/health``: needs no credential."""
    return JsonResponse({"status": "ok", "version": version("batchproof")})


async def read_clock(call: Call) -> JsonResponse:
    """``GET /_emulator/clock``."""
    return JsonResponse(_reading(call))


async def change_clock(call: Call) -> JsonResponse:
    """``PUT /_emulator/clock``: mode, now, speed, step; all of it or, if something is wrong, nothing."""
    change = await _body(call, ClockChange)
    clock = call.workspace.clock
    try:
        setting = ClockSetting(
            mode=clock.setting.mode if change.mode is UNSET else change.mode,
            speed=clock.setting.speed if change.speed is UNSET else change.speed,
            step=clock.setting.step if change.step is UNSET else parse_duration(change.step),
        )
        if change.now is not UNSET:
            clock.advance_to(parse_instant(change.now))
    except UsageError as error:
        raise invalid_request(str(error)) from None
    clock.change(setting)
    return JsonResponse(_reading(call))


async def advance_clock(call: Call) -> JsonResponse:
    """``POST /_emulator/clock/advance {"by": "24h"}``: one jump, whatever its length."""
    advance = await _body(call, Advance)
    try:
        before, now = call.workspace.clock.advance(parse_duration(advance.by))
    except UsageError as error:
        raise invalid_request(f"by: {error}") from None
    return JsonResponse(Advanced(timestamp(before), timestamp(now)))


async def reset(call: Call) -> JsonResponse:
    """``POST /_emulator/reset``: the workspace as it was before its first call."""
    call.emulator.reset(call.workspace)
    return JsonResponse({"reset": call.workspace.id})


def _reading(call: Call) -> ClockReading:
    clock = call.workspace.clock
    setting = clock.setting
    return ClockReading(
        mode=setting.mode,
        now=timestamp(clock.now()),
        speed=setting.speed if setting.mode == "scaled" else None,
        step=write_duration(setting.step) if setting.mode == "stepped" else None,
    )


async def _body(call: Call, shape: type[T]) -> T:
    body = await read_body(call.headers, call.receive, bytes_max=CONTROL_BODY_BYTES_MAX)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise invalid_request(describe(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from None
