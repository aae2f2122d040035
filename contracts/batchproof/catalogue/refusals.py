"""Refusals: what cannot succeed is not tried again, neither a row nor a whole batch.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail; S14 is the
half of S8 that is about whole calls.
"""

from batchmock.faults import Answer, AnyFault
from batchproof.catalogue.calm import faulty
from batchproof.checks.all_of import all_of
from batchproof.checks.calls import created_once, final_errors_are_final, not_repeated
from batchproof.checks.returns import ends_by_itself, fulfilled_or_raised
from batchproof.contract import Contract
from batchproof.outcome import FINAL, PASSING
from batchproof.plan import Plan, Row
from batchproof.strategies.faults import HTML
from batchproof.strategies.plans import plans
from batchproof.strategies.rows import rows

CREATE = ("create",)
SPENT = Answer(
    on=CREATE,
    status=429,
    error="rate_limit_error",
    message="This organization has reached its monthly spend limit.",
    error_code="enforced_spend_limit_reached",
)
REFUSED: tuple[AnyFault, ...] = (
    *(Answer(on=CREATE, status=status) for status in (400, 401, 402, 403)),
    Answer(on=CREATE, status=413, body=HTML, headers={"content-type": "text/html"}),
    SPENT,
)

CONTRACTS = (
    Contract(
        id="S8",
        level="MUST",
        family="submission",
        title="What cannot succeed is not tried again",
        statement="A client MUST NOT send a request again whose error does not pass, nor repeat a create that "
        "was refused for good; a spend limit is such a refusal. Others it MAY send again, a bounded number of "
        "times.",
        story="Rows with invalid_request_error are resubmitted up to max_retries, and the spend-limit 429, "
        "which has no retry-after, is retried like any other.",
        why="https://github.com/bespokelabsai/curator/issues/296",
        fix="Decide by the inner error type and error_code, and count attempts.",
        check=all_of(final_errors_are_final, fulfilled_or_raised, ends_by_itself),
        table=tuple(
            Plan(rows=(Row(key="a"), Row(key="b", state="errored", error=error))) for error in (*FINAL, *PASSING)
        ),
        plans=plans(rows=rows(states=("succeeded", "errored", "expired"), errors=(*FINAL, *PASSING))),
    ),
    Contract(
        id="S13",
        level="MUST",
        family="submission",
        title="A mistake in every row is not made again",
        statement="When all rows fail with the same refusal a client MUST NOT submit them again.",
        story="Params are checked after hours. A body that the API version refuses comes back as 100,000 "
        "errored rows, and goes out again as they are.",
        why="https://platform.claude.com/docs/en/api/versioning",
        fix="Refuse what batches do not take before you send it, and stop when one reason is everybody's.",
        check=all_of(created_once, fulfilled_or_raised),
        table=(
            Plan(rows=tuple(Row(key=f"k{at}", state="errored", error="invalid_request_error") for at in range(3))),
            Plan(rows=tuple(Row(key=f"k{at}", params={"stream": True}) for at in range(2))),
            Plan(rows=tuple(Row(key=f"k{at}", params={"max_tokens": 0}) for at in range(2))),
        ),
    ),
    Contract(
        id="S14",
        level="MUST",
        family="submission",
        title="A refusal for good is asked for once",
        statement="A create that was refused with 400, 401, 402, 403, 413 or for a spend limit MUST NOT be "
        "repeated as it was.",
        story="The SDKs retry every 429, also the one of a spend limit that lasts until the first of the month.",
        why="https://github.com/NousResearch/hermes-agent/issues/91091",
        fix="Look at error_code, and at whether there is a retry-after, before you try again.",
        check=all_of(not_repeated, ends_by_itself),
        table=tuple(faulty(fault) for fault in REFUSED),
    ),
)
