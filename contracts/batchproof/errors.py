"""Every error of the contract suite that is not a finding.

    BatchproofError
    ├── UsageError      a mistake in how the suite is used: what is wrong, where, and what to do; exit code 2
    └── HarnessError    the suite could not do its part, so nothing is known of the client; exit code 3
        └── DiedError   a process of the suite ended without a word

What a client does wrong is never one of these: it is a verdict.
"""


class BatchproofError(Exception):
    """Never raised directly."""


class UsageError(BatchproofError, ValueError):
    """The suite was asked for something that makes no sense; the message says what to do instead."""


class HarnessError(BatchproofError):
    """The suite could not do its part; nothing follows about the client."""


class DiedError(HarnessError):
    """A process of the suite ended without a word; ``code`` is its exit code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a process of the suite ended without a word, with exit code {code}")
        self.code = code
