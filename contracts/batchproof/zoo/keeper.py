"""Lets all mutants loose, and the base client, over several processes, and hands on what became of each in turn.

It does not know how that is shown.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from batchproof.catalogue.index import CATALOGUE
from batchproof.run import BUDGETS, BudgetName
from batchproof.search import keep_caches_in
from batchproof.zoo.hunting import Job, hunt
from batchproof.zoo.kill import BASE, Kill
from batchproof.zoo.mutants.index import MUTANTS


def jobs(chosen: Sequence[str], *, seeds: int, budget: BudgetName, wants_also: bool) -> list[Job]:
    """Return all that is to be done: each mutant under its own contract, the base client under all.

    ``chosen``: ids of mutants; none means all of them, and the base client, to which ``budget`` applies.
    """
    examples = BUDGETS["default"].examples
    mutants = [
        Job(client=mutant.id, contract=mutant.contract, seeds=seeds, examples=examples, wants_also=wants_also)
        for mutant in MUTANTS.values()
        if not chosen or mutant.id in chosen
    ]
    base = [
        Job(client=BASE, contract=one, seeds=seeds, examples=BUDGETS[budget].examples)
        for one in CATALOGUE
        if not chosen
    ]
    return [*mutants, *base]


def kills(todo: Sequence[Job]) -> Iterator[Kill]:
    """Yield what became of each job, in their order; whoever stops asking ends the processes."""
    # Fresh processes: forks of one that has threads may hang, and each forks again to kill.
    context = multiprocessing.get_context("spawn")
    with (
        TemporaryDirectory(prefix="batchproof-zoo-") as folder,
        context.Pool(max(1, os.cpu_count() or 1), initializer=_begin, initargs=(Path(folder),)) as pool,
    ):
        yield from pool.imap(hunt, todo)


def _begin(folder: Path) -> None:
    """Leave interrupts to the process that everybody works for, and nothing behind."""
    keep_caches_in(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
