"""The wall clock of a process on a server's clock: time-machine's where that can be had, or else a plain one.

It does not know who moves a clock.
"""

import sys
from types import ModuleType


def replace_wall_clock() -> None:
    """Put ``time.time``, ``datetime.now`` and their kin on virtual time, for good."""
    # time-machine would import a good part of pytest, where that is installed.
    unwanted = [name for name in ("pytest", "dateutil", "dateutil.parser") if name not in sys.modules]
    hidden: dict[str, ModuleType | None] = dict.fromkeys(unwanted)
    sys.modules.update(hidden)  # pyright: ignore[reportArgumentType, reportCallIssue]
    try:
        from batchmock.coupling.wall import replace_wall_clock as replace_in_c
    except ImportError:
        from batchmock.shims.plain_wall import replace_in_python

        replace_in_python()
        return
    finally:
        for name in unwanted:
            del sys.modules[name]
    replace_in_c()
