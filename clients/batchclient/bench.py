"""What every step of a run needs at hand: its journal, its policy, a clock, chance, and who watches.

It does not know the steps.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from batchclient.answers import Busy, Lost
from batchclient.effects import Answer, Call, Download, Heard, Steps, hear
from batchclient.errors import AccountError
from batchclient.journal import Journal
from batchclient.pace import backoff_s
from batchclient.policy import Policy

BATCHES = "/v1/messages/batches"
JSON_HEADERS = {"content-type": "application/json"}

log = logging.getLogger("batchclient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One look at a batch: what was seen, and when it is looked at again.

    ``status`` is the API's own word, or ``submitted`` before the first look. ``counts`` are the API's own as well;
    all requests count as processing until the whole batch has ended, so there is no progress in them before.
    """

    batch_id: str
    status: str
    counts: Mapping[str, int]
    polls: int
    elapsed_s: float
    next_poll_s: float | None
    deadline_s: float


def unobserved(progress: Progress) -> None:
    """Watch nothing."""


@dataclass(slots=True)
class Trouble:
    """Something that lasts: a warning when it is new or another, and no more than a note when it goes on."""

    last: str = ""

    def tell(self, text: str) -> None:
        """Tell what is wrong now."""
        log.log(logging.INFO if text == self.last else logging.WARNING, "%s", text)
        self.last = text


@dataclass(slots=True, kw_only=True)
class Bench:
    """Everything a step works with. The clock is monotonic: its zero and the date do not matter."""

    journal: Journal
    policy: Policy
    clock: Callable[[], float]
    draw: Callable[[], float]
    nonce: Callable[[], str]
    observe: Callable[[Progress], None] = unobserved
    # Batches that turned out to be of somebody else.
    strangers: set[str] = field(default_factory=set[str])
    # How often the create of each parcel went unanswered since this began.
    unanswered: Counter[int] = field(default_factory=Counter[int])
    is_submitting: bool = False

    def ask(self, effect: Call | Download) -> Steps[Heard]:
        """Have an exchange made, and make sure that the answer is of the journal's account (J12).

        Raises:
            AccountError: it is of another.
        """
        heard = yield from hear(effect)
        account = heard.headers.get("anthropic-workspace-id") if isinstance(heard, Answer) else None
        if account and self.journal.about.account is None:
            self.journal.name_account(account)
        if account and account != self.journal.about.account:
            raise AccountError(
                f"this credential is of {account}; the batches of journal {self.journal.path} are in "
                f"{self.journal.about.account}. Use the credential they were made with"
            )
        return heard

    def backoff_s(self, failures: int, cause: Busy | Lost) -> float:
        """Return the wait after so many failures in a row."""
        return backoff_s(failures, cause.hint_s, self.draw())
