"""What is wrong with a request's params: where, and the API's sentence about it.

It does not know how it was found.
"""

from dataclasses import dataclass

from batchmock.errors import ErrorType
from batchmock.wire.refusal import located
from batchmock.wire.result import BEFORE_EXECUTION, RowError


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect; ``path`` leads to it, whether or not the API's ``message`` names it."""

    path: str
    message: str
    type: ErrorType = "invalid_request_error"

    @property
    def error(self) -> RowError:
        """The error of the row that these params come to."""
        return RowError(details=BEFORE_EXECUTION, type=self.type, message=self.message)


def at(path: str, sentence: str) -> Finding:
    """Return a defect whose message is the path and a sentence."""
    return Finding(path, located(path, sentence))
