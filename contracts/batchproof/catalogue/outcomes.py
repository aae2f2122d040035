"""Outcomes: every terminal state arrives as what it is, with everything that it says.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail.
"""

import hypothesis.strategies as st
from msgspec.structs import replace

from batchmock.faults import AnyFault, Patch, Rows
from batchmock.outcomes import TerminalState
from batchmock.scenario import Scenario
from batchmock.switches import Switches
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Timing
from batchproof.catalogue.calm import TWO, faulty, named
from batchproof.checks.all_of import all_of
from batchproof.checks.billing import resubmitted_only_open
from batchproof.checks.calls import not_canceled
from batchproof.checks.content import unfinished_is_said
from batchproof.checks.returns import each_return_is_right, fulfilled, succeeded_are_kept
from batchproof.contract import Contract
from batchproof.outcome import FINAL, PASSING
from batchproof.plan import CALM, WHOLE_LIFE, Interrupt, Life, Moment, Plan, Row
from batchproof.strategies.faults import Faults
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import rows

RESULTS = ("results",)
POLLS = ("retrieve",)
STATES: tuple[TerminalState, ...] = ("succeeded", "errored", "expired", "canceled")
# Half of the requests have started when the window closes.
HALF_EXPIRED = replace(CALM, timing=Timing(batch=Fixed(2 * HOUR), request=Fixed(SECOND)))
A_DAY_LONG = replace(CALM, window=DAY, timing=Timing(batch=Fixed(2 * DAY), request=Fixed(SECOND)))
# One request after the other, so that whenever it is canceled some are done.
SLOW_TO_CANCEL = replace(
    CALM, window=DAY, timing=Timing(request=Fixed(20 * MINUTE), concurrency=1, cancel=Fixed(30 * MINUTE))
)
SOON_DONE = replace(CALM, timing=Timing(request=Fixed(15 * SECOND), concurrency=1, cancel=Fixed(5 * MINUTE)))
FOUR = tuple(Row(key=state, state=state) for state in STATES)


def _one_odd(at: int) -> Plan:
    return Plan(rows=tuple(Row(key=f"k{row}", state="errored" if row == at else "succeeded") for row in range(3)))


def _message(**changes: object) -> AnyFault:
    return Rows(on=RESULTS, rows=(1,), merge={"result": {"message": changes}})


def _counts(when: tuple[int, ...] = (), **counts: int) -> AnyFault:
    return Patch(on=POLLS, calls=when, merge={"request_counts": counts})


UNKNOWN_RESULTS: tuple[AnyFault, ...] = (
    Rows(on=RESULTS, rows=(1,), merge={"result": {"type": "paused"}}),
    Rows(on=RESULTS, rows=(1,), merge={"result": {"type": None}}),
    Rows(on=RESULTS, rows=(1,), drop=("result.type",)),
    Rows(on=RESULTS, rows=(1,), merge={"result": {"type": "paused"}}, drop=("result.message",)),
)
UNKNOWN_STATUS = Patch(on=POLLS, calls=(1, 2, 3), merge={"processing_status": "finalizing"})
UNKNOWN_ERROR = Rows(
    on=RESULTS,
    rows=(1,),
    merge={"result": {"type": "errored", "error": {"type": "error", "error": {"type": "brand_new_error"}}}},
)
ERROR_DETAILS: tuple[AnyFault, ...] = (
    Rows(on=RESULTS, rows=(1,), merge={"result": {"error": {"error": {"message": ""}}}}),
    Rows(on=RESULTS, rows=(1,), merge={"result": {"error": {"error": {"message": "日本 \u2028"}, "hint": 1}}}),
    Rows(on=RESULTS, rows=(1,), merge={"result": {"error": {"request_id": "workerreq_01A"}}}),
)
ODD_COUNTS: tuple[AnyFault, ...] = (
    _counts(processing=0, succeeded=0),
    _counts(processing=0, succeeded=2),
    _counts(processing=2, succeeded=0, errored=0),
    _counts(succeeded=7, errored=3),
    Patch(on=POLLS, drop=("request_counts",)),
)
CANCELING = Life(interrupt=Interrupt(at=Moment(exchange=4), policy="cancel"))
Block = dict[str, object]
THINKING: Block = {"type": "thinking", "thinking": "Hm.", "signature": "c2lnbmF0dXJl"}
TOOL_USE: Block = {"type": "tool_use", "id": "toolu_01A", "name": "look", "input": {}}
CONTENTS: tuple[list[Block], ...] = (
    [],
    [THINKING, {"type": "text", "text": "after a thought"}],
    [{"type": "text", "text": "one, "}, {"type": "text", "text": "two"}],
    [TOOL_USE],
    [{"type": "text", "text": "before a call"}, TOOL_USE],
    [{"type": "hologram", "shape": "cube"}, {"type": "text", "text": "after something new"}],
)
STOPS = ("max_tokens", "refusal", "pause_turn", "model_context_window_exceeded")


def _holding(content: list[Block], stop: str) -> Faults:
    return (_message(content=content, stop_reason=stop),)


_contents = st.builds(_holding, st.sampled_from(CONTENTS), st.sampled_from(["end_turn", *STOPS]))
_mixed = rows(states=STATES, errors=(*PASSING, *FINAL))
_unknown = st.sampled_from([*UNKNOWN_RESULTS, UNKNOWN_ERROR, UNKNOWN_STATUS]).map(lambda fault: (fault,))


def _canceled_elsewhere(scenario: Scenario = SLOW_TO_CANCEL) -> Plan:
    return Plan(rows=named("a", "b", "c", "d"), scenario=scenario, canceled_after=30 * MINUTE)


CONTRACTS = (
    Contract(
        id="T1",
        level="MUST",
        family="outcomes",
        title="Every terminal state arrives as what it is",
        statement="A client MUST give every row that did not succeed an outcome that tells it from success and "
        "from the others, with the error's type and message if it is errored.",
        story="Only `succeeded` is handled; the rest becomes None or an empty text, and nobody can tell a model "
        "that said nothing from one that never ran.",
        why="https://github.com/wandb/weave/pull/7721",
        fix="Match on result.type, all four of them, and keep what each says.",
        check=fulfilled,
        table=(
            Plan(rows=(Row(key="a"), Row(key="b", state="errored"))),
            Plan(rows=FOUR),
            Plan(rows=(Row(key="a", state="expired"), Row(key="b", state="expired"))),
        ),
        plans=plans(rows=_mixed),
    ),
    Contract(
        id="T2",
        level="MUST",
        family="outcomes",
        title="One bad row costs no other",
        statement="A client MUST make every row that succeeded available, whatever the others are; if it "
        "raises, the error MUST carry them.",
        story="A raise inside the results loop throws away thousands of answers that were paid for, because of "
        "one.",
        why="https://github.com/aryn-ai/sycamore/blob/e6b3e1ca09eb2dd2418121e9a19a65a01a1efba0/lib/sycamore/sycamore/llms/anthropic.py#L278-L281",
        fix="Collect outcomes, also bad ones, and decide afterwards; put what there is on the error.",
        check=succeeded_are_kept,
        table=(_one_odd(0), _one_odd(1), _one_odd(2)),
        plans=plans(rows=_mixed),
    ),
    Contract(
        id="T3",
        level="MUST",
        family="outcomes",
        title="The error itself is read, not its envelope",
        statement="A client MUST tell the inner error's type and message: result.error.error, not result.error.",
        story="result.error is the usual envelope, whose type is always the word error. Who reads it there logs "
        "'undefined', or compares it with invalid_request and takes every error for one that passes.",
        why="https://github.com/BYK/loreai/pull/1099",
        fix="Read result.error.error.type and .message.",
        check=fulfilled,
        table=(
            *(Plan(rows=(Row(key="a", state="errored", error=error),)) for error in (*FINAL, *PASSING)),
            *(faulty(fault, rows=(Row(key="a", state="errored"), Row(key="b"))) for fault in ERROR_DETAILS),
        ),
    ),
    Contract(
        id="T4",
        level="MUST",
        family="outcomes",
        title="What finished before the expiry is read",
        statement="A client MUST return the rows that succeeded in a batch of which others expired, MUST mark "
        "the expired, and MUST NOT send again what succeeded.",
        story="Past expires_at the whole batch is taken for failed and its results are never opened; or a batch "
        "status `expired` is waited for, which does not exist.",
        why="https://github.com/warmbly/warmbly/pull/333",
        fix="Wait for `ended`, read the results, and go by each row.",
        check=all_of(fulfilled, resubmitted_only_open, not_canceled),
        table=(
            Plan(rows=named("a", "b", "c", "d"), scenario=HALF_EXPIRED),
            Plan(rows=named("a", "b", "c", "d"), scenario=A_DAY_LONG),
            Plan(rows=(Row(key="a"), Row(key="b", state="expired"))),
        ),
        plans=plans(rows=rows(min_size=1), scenario=scenarios(base=HALF_EXPIRED)),
    ),
    Contract(
        id="T5",
        level="MUST",
        family="outcomes",
        title="A batch that is canceled still has answers",
        statement="After a cancel a client MUST go on polling until the batch has ended, and MUST return the "
        "rows that succeeded.",
        story="All rows are marked canceled at once, or `canceling` is taken for a failure and the checkpoint "
        "goes.",
        why="https://github.com/stdapi-ai/stdapi.ai/issues/60",
        fix="A cancel is a request: poll on to `ended`, then read the results.",
        check=all_of(each_return_is_right, fulfilled),
        table=(
            _canceled_elsewhere(),
            _canceled_elsewhere(replace(SLOW_TO_CANCEL, order="reversed")),
            Plan(rows=named(*"abcdefgh"), scenario=SOON_DONE, lives=(CANCELING, WHOLE_LIFE)),
        ),
    ),
    Contract(
        id="T6",
        level="MUST",
        family="outcomes",
        title="Only `ended` is the end",
        statement="A client MUST treat exactly `ended` as the end of a batch, and go on waiting on any other "
        "status.",
        story="`while status == 'in_progress'` leaves the loop on `canceling`, when somebody cancels in the "
        "Console, and reads results that are not there yet.",
        why="https://github.com/symfony/ai/pull/2082",
        fix="Loop until processing_status is `ended`.",
        check=fulfilled,
        table=(
            Plan(rows=TWO, scenario=SLOW_TO_CANCEL, canceled_after=1 * MINUTE),
            faulty(Patch(on=POLLS, calls=(1, 2), merge={"processing_status": "canceling"})),
        ),
    ),
    Contract(
        id="T7",
        level="MUST",
        family="outcomes",
        title="What nobody knows yet is not success",
        statement="A result of an unknown type MUST become an outcome that says so, and change no other; an "
        "unknown error type MUST be told as it is; an unknown batch status MUST be waited through.",
        story="Enums that may grow are taken for closed. The official Python SDK builds an unknown result as "
        "its *succeeded* class, so whoever asks for the class reads it as success.",
        why="https://github.com/UKGovernmentBEIS/inspect_ai/blob/499e6152e7b8fc8cbd8ac5283536572aa6e4ab17/src/inspect_ai/model/_providers/_anthropic_batch.py#L131-L150",
        fix="Match on the string of the wire, with a last case that keeps the row as it is.",
        check=fulfilled,
        table=(
            *(faulty(fault) for fault in UNKNOWN_RESULTS),
            faulty(UNKNOWN_ERROR),
            faulty(UNKNOWN_STATUS),
            Plan(rows=TWO, scenario=replace(CALM, switches=Switches(unknown_keys="present"))),
        ),
        plans=plans(scenario=scenarios(faults=_unknown)),
    ),
    Contract(
        id="T8",
        level="MUST",
        family="outcomes",
        title="Ended is neither success nor failure",
        statement="A client MUST read the results whenever a batch has ended, whatever its counts say.",
        story="`if request_counts.errored: fail` never opens the results of a batch that is 99 % fine; its "
        "sibling reports success of a batch in which everything failed.",
        why="https://github.com/agamm/batchata/blob/94aa2d51eb32ec819771ae0d0ae150e6732a0c31/batchata/providers/anthropic/anthropic.py#L157-L170",
        fix="Derive what became of a run from its rows.",
        check=fulfilled,
        table=(
            Plan(rows=(Row(key="a"), Row(key="b", state="errored"))),
            Plan(rows=(Row(key="a", state="errored"), Row(key="b", state="errored"))),
            Plan(rows=(Row(key="a", state="expired"), Row(key="b", state="expired"))),
            Plan(rows=(Row(key="a", state="canceled"), Row(key="b"))),
        ),
    ),
    Contract(
        id="T9",
        level="MUST",
        family="outcomes",
        title="Counts decide nothing",
        statement="request_counts MUST NOT decide whether a batch has ended, whether it is complete, or what to "
        "do.",
        story="All requests count as processing until the batch ends. Clients stop when processing is 0, divide "
        "by a total that is 0, or call a batch stalled after an hour of zeros.",
        why="https://github.com/567-labs/instructor/pull/2529",
        fix="Show counts, and go by processing_status and the rows.",
        check=fulfilled,
        table=tuple(faulty(fault) for fault in ODD_COUNTS),
    ),
    Contract(
        id="T10",
        level="MUST",
        family="outcomes",
        title="A succeeded row is not always a finished text",
        statement="A client MUST keep the whole message, with all its blocks; a text MUST be that of all text "
        "blocks, and MUST NOT stand for an answer that was cut, refused or paused without saying so.",
        story="message.content[0].text fails on a thought, a tool call and an empty list, and takes an answer "
        "that ran into max_tokens for a whole one.",
        why="https://github.com/safety-research/safety-tooling/pull/91",
        fix="Join the text blocks, look at stop_reason, and keep the message.",
        check=all_of(fulfilled, unfinished_is_said),
        table=(
            *(faulty(_message(content=content)) for content in CONTENTS),
            *(faulty(_message(stop_reason=stop)) for stop in STOPS),
        ),
        plans=plans(scenario=scenarios(faults=_contents)),
    ),
)
