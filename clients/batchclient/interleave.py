"""Several tasks in one flow: whichever is due goes on, until it waits.

No threads, no event loop, no limit on how many: there is nothing to wait for but time, so nothing can lock up
(docs/clients.md P10). It does not know what the tasks do.
"""

import logging
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from batchclient.effects import Effect, Reply, Sleep, Steps
from batchclient.errors import RunError

log = logging.getLogger("batchclient")


@dataclass(frozen=True, slots=True)
class Start:
    """A task's wish that another one begin, now."""

    task: "Task"


Task: TypeAlias = Generator["Effect | Start", Reply, None]


def interleave(tasks: Iterable[Task], clock: Callable[[], float]) -> Steps[list[RunError]]:
    """Do all tasks to their ends; return the errors of those that failed, which kept no other from ending."""
    failures = list[RunError]()
    numbers = count()
    waiting = [(clock(), next(numbers), task) for task in tasks]
    while waiting:
        due, _, task = heappop(waiting)
        if (left := due - clock()) > 0:
            yield Sleep(left)
        try:
            effect = next(task)
            while not isinstance(effect, Sleep):
                if isinstance(effect, Start):
                    heappush(waiting, (clock(), next(numbers), effect.task))
                    effect = next(task)
                else:
                    effect = task.send((yield effect))
            heappush(waiting, (clock() + effect.seconds, next(numbers), task))
        except StopIteration:
            pass
        except RunError as failure:
            # The last one is told by what is raised at once; the others' turn comes when all tasks have ended.
            if waiting:
                log.error("%s", failure)
            failures.append(failure)
    return failures
