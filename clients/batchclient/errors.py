"""Everything that can go wrong, by when it is noticed.

    BatchClientError
        UsageError                  the caller's mistake; nothing was sent
            DuplicateKeyError           two requests have one key
            BudgetError                 it may cost more than allowed
            UnpricedError               it has no price, so no budget can be held
        JournalError                what is on disk cannot be gone on with; no more was sent
            JournalBusyError            another process works on it
            JournalUnreadableError      it is damaged, or of a newer version
            JournalFullError            the disk takes no more
            JournalMismatchError        it is of other requests, or for another account or server
        RunError                    one batch, or the requests of one that was to be
            RefusedError                the API refused, and would refuse again
            UnreachableError            it was never reached
            UncertainCreateError        a create's answer was lost, and nothing shows whether it made a batch
            AccountError                the credential is of another account than the journal's
            BatchNotFoundError          the batch is gone, or never was this account's
            DeadlineError               the batch has not ended in time
            ArchivedError               its results are no longer kept
            ForeignOriginError          its results are where the credential must not be sent
            ResultsError                it has ended, and its results cannot be read
            CancelError                 it could not be asked to stop
        run.UnfinishedError         a run ended without an outcome for every key; holds its RunErrors

It does not know who raises what. None of these means that a batch stopped: what the API accepted goes on.
"""

from collections.abc import Iterable

from batchclient.money import dollars


class BatchClientError(Exception):
    """Any error of this package; never raised itself."""


class UsageError(BatchClientError, ValueError):
    """What was asked cannot be done; nothing was sent."""


class DuplicateKeyError(UsageError):
    """Two requests have the same key, so their outcomes could not be told apart."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {shortened(key)} occurs twice; give each request a key of its own")
        self.key = key


class BudgetError(UsageError):
    """The requests may cost more than they may."""

    def __init__(self, usd_max: float, budget_usd: float) -> None:
        most, budget = dollars(usd_max), dollars(budget_usd)
        super().__init__(
            f"these requests may cost up to {most} and the budget is {budget}; nothing was sent. Lower "
            "max_tokens, send fewer, or raise budget_usd"
        )
        self.usd_max, self.budget_usd = usd_max, budget_usd


class UnpricedError(UsageError):
    """The table of prices does not name a model, so nobody knows what its requests may cost."""

    def __init__(self, models: Iterable[str]) -> None:
        self.models = tuple(models)
        super().__init__(
            f"there is no price for {', '.join(self.models)}, so no budget can be held; nothing was sent. Correct "
            "the model's name, add it to prices, or set no budget_usd"
        )


class JournalError(BatchClientError):
    """The journal cannot be worked with; no more was sent."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"journal {path}: {problem}")
        self.path = path


class JournalBusyError(JournalError):
    """Another process works on the journal."""


class JournalUnreadableError(JournalError):
    """The journal is there and cannot be trusted, so nobody knows what was submitted."""


class JournalFullError(JournalError):
    """The journal cannot be written. All is in it up to the last step, and nothing was done since."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, f"it cannot be written ({problem}); make room, and resume")


class JournalMismatchError(JournalError):
    """The journal is of other requests, or of another server."""


class RunError(BatchClientError):
    """Something about one batch; ``batch_id`` is None where no batch is known."""

    def __init__(self, problem: str, batch_id: str | None = None) -> None:
        super().__init__(f"{batch_id}: {problem}" if batch_id else problem)
        self.batch_id = batch_id


class RefusedError(RunError):
    """The API refused a call for good: the same call would be refused again."""

    def __init__(
        self, problem: str, *, status: int, error_type: str, request_id: str | None, batch_id: str | None = None
    ) -> None:
        told = f" (request-id {request_id})" if request_id else ""
        super().__init__(f"refused with {f'{status} {error_type}'.rstrip()}: {problem}{told}", batch_id)
        self.status, self.error_type, self.request_id = status, error_type, request_id


class UnreachableError(RunError):
    """The API was not reached, again and again; no request was accepted."""


class UncertainCreateError(RunError):
    """A create's answer was lost, and nothing shows whether it made a batch. Nothing was sent again."""


class AccountError(RunError):
    """The credential opens another workspace than the one the journal's batches are in."""


class BatchNotFoundError(RunError):
    """The batch is not there, however often it was asked for."""


class DeadlineError(RunError):
    """The batch has not ended in the time it may take, or that the policy gives it. It was left alone."""


class ArchivedError(RunError):
    """The batch's results are no longer kept: they are for 29 days."""


class ForeignOriginError(RunError):
    """The batch's results are at another origin than the API, where no credential is sent unasked."""


class ResultsError(RunError):
    """The batch has ended, and its results cannot be read."""


class CancelError(RunError):
    """The batch could not be asked to stop, so it goes on."""


def shortened(key: str, length: int = 60) -> str:
    """Return a key as it may stand in a sentence: quoted, and not longer than anyone reads."""
    return repr(key) if len(key) <= length else f"{key[:length]!r}… ({len(key)} characters)"
