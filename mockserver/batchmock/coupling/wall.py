"""The wall clock on virtual time: ``time.time``, ``datetime.now`` and their kin, however code came by them.

time-machine replaces them in C; it is asked here to show each participant its clock, and every other thread the
real time. It does not know who moves a clock.
"""

import time
from datetime import UTC, datetime

import time_machine

from batchmock.coupling.current import current
from batchmock.coupling.patches import Undo
from batchmock.errors import UsageError

# A reading in between may already be a microsecond late.
READING_S_MAX = 1.0


def replace_wall_clock() -> list[Undo]:
    """Put the wall clock on virtual time for participants; return how to put it back.

    Raises:
        UsageError: the installed time-machine does not do it.
    """
    travel = time_machine.travel(datetime.now(UTC), tick=False)
    traveller = travel.start()
    vars(traveller)["time_ns"] = _time_ns
    if abs(time.time_ns() - _time_ns()) > READING_S_MAX * 1e9:
        travel.stop()
        raise UsageError("this version of time-machine takes no time from us; coupled time is tested with 3.6")
    return [travel.stop]


def _time_ns() -> int:
    me = current()
    return time_machine.escape_hatch.time.time_ns() if me is None else me.turns.clock.now()
