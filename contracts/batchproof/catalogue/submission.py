"""Submission: nothing is bought twice, nothing illegal is sent, and nothing is tried that cannot succeed.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail.
"""

from typing import Literal

import hypothesis.strategies as st
from msgspec.structs import replace

from batchmock.faults import Answer, AnyFault, Close, Reset, Rows, Stall
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Timing
from batchproof.catalogue.calm import TWO, faulty
from batchproof.catalogue.refusals import SPENT
from batchproof.checks.all_of import all_of
from batchproof.checks.billing import bought_once, cost_is_right
from batchproof.checks.calls import (
    not_canceled,
    not_sent_elsewhere,
    params_are_its_own,
    tried_again_the_same,
    within_limits,
)
from batchproof.checks.interrupts import interrupted_as_told
from batchproof.checks.returns import (
    ends_by_itself,
    fulfilled,
    fulfilled_or_named,
    fulfilled_or_raised,
    good_rows_are_sent,
)
from batchproof.contract import Contract
from batchproof.outcome import FINAL
from batchproof.plan import CALM, WHOLE_LIFE, Interrupt, Life, Moment, Plan, Row
from batchproof.strategies.faults import HTML, Faults
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import TEXT, rows

CREATE = ("create",)
RESULTS = ("results",)
LOST: tuple[AnyFault, ...] = (
    Reset(on=CREATE, calls=(1,)),
    Stall(on=CREATE, calls=(1,)),
    Answer(on=CREATE, calls=(1,), status=500, when="after"),
    Answer(on=CREATE, calls=(1,), status=504, when="after"),
    Answer(on=CREATE, calls=(1,), status=502, when="after", body=HTML, headers={"content-type": "text/html"}),
    Close(on=CREATE, calls=(1,), after_bytes=40),
    Answer(on=CREATE, calls=(1,), status=200, when="after", body='{"id":"msgbatch_'),
)
# Refusals that say that nothing was stored, and pass.
NOT_YET: tuple[AnyFault, ...] = (
    Answer(on=CREATE, calls=(1,), status=429, headers={"retry-after": "1"}),
    Answer(on=CREATE, calls=(1, 2), status=429, headers={"retry-after": "1"}),
)
LAST_MINUTE = replace(CALM, window=DAY, timing=Timing(batch=Fixed(DAY - MINUTE), request=Fixed(SECOND)))
TWO_HOURS = replace(CALM, window=DAY, timing=Timing(batch=Fixed(2 * HOUR), request=Fixed(SECOND)))
CACHED = {
    "cache_creation_input_tokens": 1000,
    "cache_read_input_tokens": 2000,
    "cache_creation": {"ephemeral_5m_input_tokens": 600, "ephemeral_1h_input_tokens": 400},
}
BETA = "output-300k-2026-03-24"
OTHER_BETA = "files-api-2025-04-14"


def _used(**usage: object) -> AnyFault:
    return Rows(on=RESULTS, rows=(1,), merge={"result": {"message": {"usage": usage}}})


def _split(
    sizes: tuple[int, ...], *, requests_max: int = 100, bytes_max: int = 2_000, faults: tuple[AnyFault, ...] = ()
) -> Plan:
    made = tuple(Row(key=f"k{at}", said="日" * size) for at, size in enumerate(sizes))
    scenario = replace(CALM, faults=faults)
    return Plan(rows=made, scenario=scenario, requests_max=requests_max, bytes_max=bytes_max)


def _interrupted(at: int, policy: Literal["detach", "cancel"], times: int = 1) -> Plan:
    life = Life(interrupt=Interrupt(at=Moment(exchange=at), policy=policy, times=times))
    return Plan(rows=TWO, lives=(life,))


def _used_and_repeated(usage: dict[str, object], twice: bool) -> Faults:
    return _used(**usage), *((Rows(on=RESULTS, rows=(1,), repeat=1),) if twice else ())


_near_the_limit = plans(
    rows=rows(said=st.one_of(TEXT, st.integers(0, 400).map(lambda size: "日" * size)), max_size=12),
    requests_max=st.integers(1, 5),
    bytes_max=st.integers(900, 2_000),
)
_usages = st.builds(
    _used_and_repeated,
    st.fixed_dictionaries(
        {},
        optional={
            "input_tokens": st.integers(0, 5_000),
            "output_tokens": st.integers(0, 5_000),
            "cache_read_input_tokens": st.one_of(st.none(), st.integers(0, 5_000)),
            "cache_creation_input_tokens": st.integers(0, 5_000),
        },
    ),
    st.booleans(),
)

POLICIES: tuple[Literal["detach", "cancel"], ...] = ("detach", "cancel")

CONTRACTS = (
    Contract(
        id="S1",
        level="MUST",
        family="submission",
        title="A create whose answer is lost is not made again blindly",
        statement="After a create whose answer was lost a client MUST NOT create again before it has looked for "
        "the first batch; where it cannot tell, it MUST say so.",
        story="Create has no idempotency key, and the SDKs retry it after resets, time-outs and 5xx: three "
        "POSTs, three batches, three bills, and only the last is read.",
        why="https://github.com/apache/airflow/pull/72400",
        fix="Create with retries off. After an ambiguous end list the batches, recognise your own by its ids, "
        "and adopt it; else stop with an error.",
        check=all_of(bought_once, fulfilled_or_raised, ends_by_itself),
        table=tuple(faulty(fault) for fault in (*LOST, *NOT_YET)),
        plans=plans(scenario=scenarios(faults=st.sampled_from(LOST).map(lambda fault: (fault,)))),
    ),
    Contract(
        id="S4",
        level="MUST",
        family="submission",
        title="A second attempt is the same attempt",
        statement="Attempts at the same create MUST be the same to the byte, with the same beta and version "
        "headers; what the caller passed in MUST NOT be changed.",
        story="Building the body pops keys from the caller's dict, so the second attempt lacks what the first "
        "had.",
        why="https://github.com/UKGovernmentBEIS/inspect_ai/blob/499e6152e7b8fc8cbd8ac5283536572aa6e4ab17/src/inspect_ai/model/_providers/_anthropic_batch.py#L65-L90",
        fix="Encode once, outside of what is retried; copy before you change.",
        check=all_of(tried_again_the_same, fulfilled_or_raised),
        table=(
            Plan(rows=TWO),
            *(faulty(fault) for fault in NOT_YET),
            faulty(NOT_YET[0], rows=(Row(key="a", betas=(BETA,)), Row(key="b"))),
        ),
    ),
    Contract(
        id="S5",
        level="MUST",
        family="submission",
        title="Earlier batches are not forgotten when a later one fails",
        statement="When a later create fails, a client MUST read the earlier batches, or name them in its error.",
        story="The third of five creates is refused; the exception takes the ids of the first two with it, "
        "which run and are billed.",
        why="https://github.com/matt-house-e/accrue/issues/60",
        fix="Write each id down as it comes; put them all on the error.",
        check=all_of(fulfilled_or_named, bought_once),
        needs=frozenset({"split"}),
        table=(
            *(
                _split((1, 1, 1, 1), requests_max=2, faults=(fault,))
                for fault in (
                    Answer(on=CREATE, calls=tuple(range(2, 30)), status=400),
                    Answer(on=CREATE, calls=tuple(range(2, 30)), status=413, body=HTML),
                    replace(SPENT, calls=tuple(range(2, 30))),
                )
            ),
            replace(_split((1, 1, 1, 1), requests_max=2), lives=(Life(kill=Moment(exchange=2)), WHOLE_LIFE)),
        ),
    ),
    Contract(
        id="S6",
        level="MUST",
        family="submission",
        title="Batches keep to the limits",
        statement="Every create MUST have from one request to the limit of them and a body within the limit of "
        "bytes; together they MUST hold every request once. One request that is too large by itself MUST fail "
        "alone.",
        story="Splitting counts characters rather than bytes, forgets the envelope, takes MiB for MB, or sends "
        "an empty batch when there is nothing to do.",
        why="https://github.com/bespokelabsai/curator/issues/610",
        fix="Encode each request once, add up len() of the bytes and the commas, and leave a margin.",
        check=all_of(within_limits, fulfilled),
        table=(
            Plan(rows=()),
            _split((1,) * 5, requests_max=2),
            _split((400, 400, 10)),
            _split((150,) * 7),
            _split((1,) * 12, bytes_max=1_000),
            _split((2_000, 1)),
        ),
        plans=_near_the_limit,
    ),
    Contract(
        id="S7",
        level="MUST",
        family="submission",
        title="A request that cannot be sent fails alone",
        statement="A request that cannot be encoded MUST become an error for its key; the others MUST be "
        "submitted.",
        story="A lone surrogate in row 71,233 raises in the encoder, and nothing is submitted at all.",
        why="https://github.com/anomalyco/opencode/issues/13988",
        fix="Encode row by row; an exception there is that row's outcome.",
        check=good_rows_are_sent,
        table=(
            Plan(rows=(Row(key="a"), Row(key="b", poison="surrogate"))),
            Plan(rows=(Row(key="a", poison="surrogate"), Row(key="b"))),
            Plan(rows=(Row(key="a"), Row(key="b", poison="nan"))),
            Plan(rows=(Row(key="a"), Row(key="b", poison="object"))),
        ),
    ),
    Contract(
        id="S9",
        level="MUST",
        family="submission",
        title="No request is run twice because its batch takes long",
        statement="A client MUST NOT run requests through the Messages API while their batch is under way, and "
        "MUST name the batch if it gives up before 24 hours are over.",
        story="After an hour the client gives up and runs everything at full price, while the batch finishes "
        "unread.",
        why="https://github.com/openclaw/openclaw/pull/88238",
        fix="Wait for at least 24 hours, or leave a handle by which the batch can be read later.",
        check=all_of(not_sent_elsewhere, fulfilled_or_named, not_canceled),
        table=(
            Plan(rows=TWO, scenario=TWO_HOURS),
            Plan(rows=TWO, scenario=LAST_MINUTE),
        ),
    ),
    Contract(
        id="S10",
        level="MUST",
        family="submission",
        title="An interrupt does what was agreed, and no more",
        statement="On an interrupt a client MUST cancel its batches or leave them running, as it was told, and "
        "MUST leave their ids where they can be found; it MUST NOT cancel because it failed to look.",
        story="Ctrl-C ends the loop and nobody knows the id of what goes on; or an error handler cancels a "
        "healthy batch at hour 19, because a poll failed.",
        why="https://github.com/apache/airflow/pull/69003",
        fix="Catch BaseException, do what the policy says, name the batches, and raise again.",
        check=interrupted_as_told,
        table=(
            *(_interrupted(at, policy) for at in (2, 3) for policy in POLICIES),
            _interrupted(3, "detach", times=2),
            faulty(Answer(on=("retrieve",), status=401)),
            faulty(Answer(on=("retrieve",), calls=(1, 2), status=500)),
        ),
    ),
    Contract(
        id="S11",
        level="MUST",
        family="submission",
        title="Costs are those of the distinct rows that succeeded, at half price",
        statement="A cost that a client reports MUST be the sum over distinct succeeded rows of all kinds of "
        "tokens at half their price; errored, canceled and expired rows cost nothing.",
        story="The discount is left out for cache tokens, rows that came twice are paid twice, and one failed "
        "line makes the sum zero.",
        why="https://github.com/BerriAI/litellm/issues/27944",
        fix="Add up usage after duplicates are gone, each kind at its own price, all at half.",
        check=cost_is_right,
        needs=frozenset({"cost"}),
        table=(
            Plan(rows=TWO),
            Plan(rows=(Row(key="a"), Row(key="b", state="errored"))),
            faulty(_used(**CACHED)),
            faulty(Rows(on=RESULTS, rows=(1,), repeat=1)),
        ),
        plans=plans(
            rows=rows(states=("succeeded", "errored", "expired"), errors=FINAL), scenario=scenarios(faults=_usages)
        ),
    ),
    Contract(
        id="S12",
        level="MUST",
        family="submission",
        title="Betas go into the header, all of them",
        statement="The create's anthropic-beta header MUST name what its requests need; params MUST NOT hold "
        "options of the client.",
        story="`betas` and `extra_body` are put into params, where the API refuses them row by row; or the "
        "header is that of the last request alone.",
        why="https://github.com/anthropics/anthropic-sdk-python/issues/1118",
        fix="Send the union of all betas as one header, or group requests by what they need.",
        check=all_of(params_are_its_own, fulfilled),
        table=(
            Plan(rows=TWO),
            Plan(rows=(Row(key="a", betas=(BETA,)), Row(key="b"))),
            Plan(rows=(Row(key="a", betas=(BETA,)), Row(key="b", betas=(OTHER_BETA,)))),
        ),
    ),
)
