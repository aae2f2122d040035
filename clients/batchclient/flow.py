"""The whole of a run: submit, wait, collect, and send again what failed in passing.

Everything starts from the journal: a first run, one that goes on after a crash, and one that is being stopped
differ only in what is written there. It does not know HTTP, or whether it runs in an event loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from batchclient.answers import Batch, Lost, NotFound, Refused, batch_in
from batchclient.bench import Bench, log
from batchclient.collection import collect
from batchclient.cost import cost, estimate
from batchclient.effects import Call, Steps
from batchclient.errors import CancelError, RunError
from batchclient.interleave import Start, Task, interleave
from batchclient.journal import Group
from batchclient.money import dollars
from batchclient.outcomes import Kind
from batchclient.parcel import Parcel
from batchclient.patience import Patience
from batchclient.polling import batch_path, wait_for
from batchclient.run import messages, resuming
from batchclient.split import Splitter, entry_size
from batchclient.submission import settle, submit

CANCELS_MAX = 8


@dataclass(frozen=True, slots=True)
class Stages:
    """How far to go with each parcel."""

    submit: bool = True
    wait: bool = True
    collect: bool = True


EVERYTHING = Stages()


def conduct(bench: Bench, stages: Stages = EVERYTHING) -> Steps[list[RunError]]:
    """Go on with a run, from wherever it is, as far as the stages say; return what kept keys from an outcome.

    Raises:
        BaseException: what ended it, with a note that names the batches.
    """
    try:
        if bench.journal.about.stopped:
            return (yield from _stop(bench))
        return (yield from _rounds(bench, stages))
    except GeneratorExit:
        raise
    except Exception as error:
        error.add_note(_note(bench))
        raise
    except BaseException as interruption:
        yield from _interrupted(bench, interruption)
        raise


def cancel(bench: Bench) -> Steps[list[RunError]]:
    """Ask every batch to stop, send nothing more, wait for their ends, and collect what they have.

    Written down first: whoever resumes after a crash goes on with stopping.
    """
    bench.journal.stop()
    return (yield from conduct(bench))


def _stop(bench: Bench) -> Steps[list[RunError]]:
    for parcel in _open(bench):
        if parcel.state == "planned":
            _withdraw(bench, parcel)
    return (yield from interleave([_stop_one(bench, parcel) for parcel in _open(bench)], bench.clock))


def _interrupted(bench: Bench, interruption: BaseException) -> Steps[None]:
    """Do what the policy says, in the time that whoever interrupted allows; leave the ids where they are found."""
    try:
        if bench.policy.on_interrupt == "cancel" and not bench.journal.about.stopped:
            bench.journal.stop()
            yield from _stop(bench)
    finally:
        interruption.add_note(_note(bench))
        log.warning("interrupted. %s", _note(bench))


def _rounds(bench: Bench, stages: Stages) -> Steps[list[RunError]]:
    while True:
        failures = yield from interleave(list(_tasks(bench, stages)), bench.clock)
        if failures or not (stages.submit and stages.collect and _plan_round(bench)):
            return failures


def _tasks(bench: Bench, stages: Stages) -> Iterator[Task]:
    """Return one task for each parcel that is under way, and one that submits the others, one after the other."""
    for parcel in _open(bench):
        if parcel.state == "submitted":
            yield _follow(bench, parcel, stages, is_new=False)
        elif parcel.state == "intended":
            yield _settle(bench, parcel, stages)
    if stages.submit:
        yield _submit_all(bench, stages)


def _submit_all(bench: Bench, stages: Stages) -> Task:
    """Submit what is planned, one after the other; there is never more than one that does."""
    bench.is_submitting = True
    try:
        while planned := [parcel for parcel in _open(bench) if parcel.state == "planned"]:
            parcel = yield from submit(bench, planned[0])
            if parcel.state == "submitted":
                yield Start(_follow(bench, parcel, stages, is_new=True))
            elif parcel.state == "intended":
                yield Start(_settle(bench, parcel, stages))
    finally:
        bench.is_submitting = False


def _settle(bench: Bench, parcel: Parcel, stages: Stages) -> Task:
    if not stages.wait:
        log.warning("a create was not answered; resume the run to find out whether it made a batch")
        return
    settled = yield from settle(bench, parcel)
    if settled.state == "submitted":
        yield from _follow(bench, settled, stages, is_new=False)
    elif stages.submit and not bench.is_submitting:
        yield from _submit_all(bench, stages)


def _follow(bench: Bench, parcel: Parcel, stages: Stages, *, is_new: bool) -> Task:
    if not stages.wait or parcel.batch_id is None:
        return
    ended = yield from wait_for(bench, parcel.batch_id, is_new=is_new)
    if stages.collect:
        yield from collect(bench, parcel, ended)


def _stop_one(bench: Bench, parcel: Parcel) -> Task:
    if parcel.state == "intended":
        # What may be its batch may also be somebody else's: it is not canceled before its end shows whose it is.
        parcel = yield from settle(bench, parcel)
    elif parcel.batch_id is not None:
        yield from _ask_to_stop(bench, parcel.batch_id)
    if parcel.state == "planned":
        _withdraw(bench, parcel)
    else:
        yield from _follow(bench, parcel, EVERYTHING, is_new=False)


def _withdraw(bench: Bench, parcel: Parcel) -> None:
    bench.journal.settle(parcel, Kind.CANCELED, bench.journal.numbers(parcel))
    bench.journal.change(replace(parcel, state="withdrawn"))


def _ask_to_stop(bench: Bench, batch_id: str) -> Steps[None]:
    """Ask a batch to stop, until it is seen to (docs/clients.md T5); to ask twice does no harm.

    Raises:
        CancelError: it goes on, as far as can be seen.
    """
    patience = Patience(bench, CANCELS_MAX, f"{batch_id}: not canceled yet")
    while True:
        answer = batch_in((yield from bench.ask(Call("cancel", "POST", f"{batch_path(batch_id)}/cancel", b""))))
        if isinstance(answer, Batch):
            return
        seen = batch_in((yield from bench.ask(Call("retrieve", "GET", batch_path(batch_id)))))
        if isinstance(seen, Batch) and (seen.has_ended or seen.processing_status == "canceling"):
            return
        cause = Lost("404") if isinstance(answer, NotFound) else answer
        if isinstance(cause, Refused) or not (yield from patience.outlasts(cause)):
            raise CancelError(f"it could not be canceled ({answer.reason}), so it goes on", batch_id)


def _plan_round(bench: Bench) -> bool:
    """Plan another round for what failed in passing; tell whether there is one."""
    rounds = max((parcel.round for parcel in bench.journal.parcels()), default=0)
    if rounds >= bench.policy.retries:
        return False
    kinds = (Kind.EXPIRED, Kind.CANCELED) if bench.policy.retry_canceled else (Kind.EXPIRED,)
    numbers = bench.journal.again(kinds)
    if not numbers or not _affordable(bench, numbers):
        return False
    log.info("sending %d requests again", len(numbers))
    bench.journal.plan(_groups(bench, numbers), round_=rounds + 1)
    return True


def _groups(bench: Bench, numbers: list[int]) -> list[Group]:
    splitter, groups = Splitter(bench.policy.limits), list[list[int]]()
    for number, params in zip(numbers, bench.journal.params(numbers), strict=True):
        if splitter.begins_another(entry_size(number, len(params))):
            groups.append([])
        groups[-1].append(number)
    return [Group(bench.nonce(), group) for group in groups]


def _affordable(bench: Bench, numbers: list[int]) -> bool:
    budget, prices = bench.policy.budget_usd, bench.policy.prices
    if budget is None:
        return True
    spent, more = (
        cost(messages(bench.journal), prices).usd,
        estimate(bench.journal.params(numbers), prices).usd_max,
    )
    if spent + more > budget:
        log.warning(
            "%d requests are not sent again: %s are spent, and they may cost %s",
            len(numbers),
            dollars(spent),
            dollars(more),
        )
    return spent + more <= budget


def _open(bench: Bench) -> list[Parcel]:
    return [parcel for parcel in bench.journal.parcels() if parcel.is_open]


def _note(bench: Bench) -> str:
    begun = _open(bench)
    # A create that was not answered may have made one.
    none = "none that is known" if any(parcel.state == "intended" for parcel in begun) else "none"
    batches = ", ".join(parcel.batch_id for parcel in begun if parcel.batch_id) or none
    return f"{resuming(bench.journal.path)}. Batches that go on: {batches}"
