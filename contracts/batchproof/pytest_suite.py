"""The contracts as tests of a user's own suite: one for each, with pytest's own words for what came of it.

    from batchproof.pytest_suite import contract_suite

    test_contracts = contract_suite(run)

Plans are played in the process of the tests, so coverage counts and breakpoints work. It does not know how the
client is judged.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batchproof.adapters.python import PythonClient
from batchproof.arena.inprocess import InProcess
from batchproof.catalogue.index import CATALOGUE
from batchproof.choice import meant
from batchproof.contact import first_contact
from batchproof.contract import Contract, Verdict
from batchproof.errors import HarnessError, UsageError
from batchproof.known import Known, weighed
from batchproof.known_file import read_known
from batchproof.observation import Observation
from batchproof.plan import Plan
from batchproof.reports.junit import story
from batchproof.reports.report import Entry, reported
from batchproof.run import BUDGETS, Budget, BudgetName, Run, Target
from batchproof.saved import saved
from batchproof.search import judge
from batchproof.trial import play


def contract_suite(
    run: Callable[..., Any],
    *,
    budget: BudgetName = "default",
    seed: int = 0,
    only: str | Sequence[str] = (),
    known: str | Path | None = None,
    is_strict: bool = False,
    save: str | Path = ".batchproof",
) -> Callable[[str], None]:
    """Return a test for each contract, of a client that is called as ``run(requests, *, base_url, api_key)``.

    A broken MUST fails, and with ``is_strict`` a broken SHOULD, too; else that is expected to fail, as is what the
    file ``known`` has. What the client does not claim is skipped. ``only`` names contracts, or patterns such as
    ``R*``.

    Raises:
        UsageError: ``run`` cannot be called so, a contract or a budget does not exist, or the known breaks are
            wrong.
    """
    if budget not in BUDGETS:
        raise UsageError(f"budget is {budget!r}; write one of {', '.join(BUDGETS)}")
    suite = _Suite(
        client=PythonClient(run, name_of(run)),
        target=Target(python=name_of(run)),
        budget=BUDGETS[budget],
        seed=seed,
        known=read_known(Path(known), CATALOGUE) if known is not None else (),
        is_strict=is_strict,
        save=Path(save),
    )

    wanted = [only] if isinstance(only, str) else only
    chosen = [CATALOGUE[name] for name in (meant(wanted, CATALOGUE) if wanted else CATALOGUE)]

    @pytest.mark.parametrize("contract", [suite.parameter(contract) for contract in chosen])
    def test_contracts(contract: str) -> None:
        suite.test(CATALOGUE[contract])

    return test_contracts


@dataclass(slots=True, kw_only=True)
class _Suite:
    client: PythonClient
    target: Target
    budget: Budget
    seed: int
    known: Sequence[Known]
    is_strict: bool
    save: Path
    _met: str | None = field(default=None, init=False)

    def parameter(self, contract: Contract) -> "pytest.ParameterSet":
        """Return a contract as a test's parameter; what is not claimed is skipped before it begins."""
        missing = ", ".join(sorted(contract.needs - self.client.capabilities))
        reason = f"not claimed: the client does not offer: {missing}"
        return pytest.param(contract.id, id=contract.id, marks=[pytest.mark.skip(reason)] if missing else [])

    def test(self, contract: Contract) -> None:
        """Judge one contract, and end the test as its verdict says."""
        with InProcess.ready():
            self._meet()
            verdict = judge(
                contract,
                self._play,
                offered=self.client.capabilities,
                examples=self.budget.examples,
                seed=self.seed,
                is_thorough=self.budget.is_thorough,
            )
        self._end(verdict)

    def _meet(self) -> None:
        """Make sure once that the client works at all."""
        if self._met is None:
            try:
                first_contact(self._play)
                self._met = ""
            except HarnessError as error:
                self._met = str(error)
        if self._met:
            pytest.fail(self._met, pytrace=False)

    def _play(self, plan: Plan) -> Observation:
        return play(plan, InProcess(self.client))

    def _end(self, verdict: Verdict) -> None:
        told = weighed(self.known, [verdict])
        if told.problems:
            pytest.fail("\n".join(told.problems), pytrace=False)
        entry = self._entry(verdict)
        match verdict.word:
            case "kept":
                return
            case "not claimed":
                pytest.skip(f"not claimed: {verdict.reason}")
            case "inconclusive":
                pytest.fail(f"inconclusive: {verdict.reason}", pytrace=False)
            case "broken" | "flaky" if entry.fails:
                pytest.fail(f"{entry.contract} {entry.verdict}: {story(entry)}", pytrace=False)
            case "broken" | "flaky":
                pytest.xfail(f"{entry.known or f'a {entry.level}'}: {entry.reason}")

    def _entry(self, verdict: Verdict) -> Entry:
        run = Run(
            client=self.client.name,
            capabilities=tuple(sorted(self.client.capabilities)),
            seed=self.seed,
            budget=self.budget.name,
            verdicts=(verdict,),
            seconds=verdict.seconds,
        )
        report = reported(
            run,
            self.target,
            CATALOGUE,
            weighed=weighed(self.known, [verdict]),
            saved=saved([verdict], self.save),
            is_strict=self.is_strict,
        )
        return report.verdicts[0]


def name_of(run: Callable[..., Any]) -> str:
    """Return how ``batchproof replay`` finds a callable; if it cannot, what it looks like.

    A module of a package is found by its name, one by itself by its file.
    """
    module, name = str(getattr(run, "__module__", "")), str(getattr(run, "__qualname__", ""))
    if not name or not all(part.isidentifier() for part in name.split(".")):
        return f"{module}:{name}" if name else repr(run)
    file = getattr(sys.modules.get(module), "__file__", None)
    if "." in module or file is None:
        return f"{module}:{name}"
    path = Path(file)
    return f"{path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}:{name}"
