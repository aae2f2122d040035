"""What becomes of the wish to cancel a batch that has ended.

It does not know how batches are canceled that have not.
"""

from batchmock.errors import ApiError, invalid_request
from batchmock.unfolding.projection import BatchView


def refuse_cancel(view: BatchView) -> None:
    """Refuse to cancel a batch that has ended, unless that is to be ignored. Assumed: no source says what happens.

    Raises:
        ApiError: 400 or 409.
    """
    submission = view.facts.submission
    message = f"Message Batch {submission.id} has already ended and cannot be canceled."
    match submission.scenario.switches.cancel_of_ended:
        case "refuse":
            raise invalid_request(message)
        case "conflict":
            raise ApiError("conflict_error", message)
        case "ignore":
            return
