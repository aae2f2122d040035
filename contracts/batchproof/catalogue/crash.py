"""Crash: a process may die at any moment, and the next one goes on where it was, without buying anything twice.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail.
"""

import hypothesis.strategies as st
from msgspec.structs import replace

from batchmock.faults import Answer, Close
from batchmock.times import DAY, SECOND
from batchmock.timing import Fixed, Timing
from batchproof.catalogue.calm import TWO, faulty, named
from batchproof.checks.all_of import all_of
from batchproof.checks.billing import bought_once, resubmitted_only_open
from batchproof.checks.calls import not_canceled
from batchproof.checks.keeping import archived_is_said, safe_before_deleted
from batchproof.checks.returns import (
    ends_by_itself,
    fulfilled,
    fulfilled_or_named,
    fulfilled_or_raised,
    one_delivers,
)
from batchproof.contract import Contract
from batchproof.plan import CALM, WHOLE_LIFE, Damage, Edit, Life, Moment, Plan, Row
from batchproof.strategies.lives import damages, edits, killed_again, killed_once, moments
from batchproof.strategies.plans import plans
from batchproof.strategies.rows import any_keys, rows

RESULTS = ("results",)
# Over in a second, so that after a few exchanges every client is at its results.
QUICK = replace(CALM, timing=Timing(batch=Fixed(SECOND), request=Fixed(SECOND)))
EXCHANGES = range(2, 9)


def _killed(at: Moment, *, rows: tuple[Row, ...] = TWO, then: Life = WHOLE_LIFE) -> Plan:
    return faulty(rows=rows, lives=(Life(kill=at), then))


def _killed_in_results(at: Moment) -> Plan:
    # Half of the first piece is half of the file: some rows have come, and one has begun. That needs a file that
    # is not packed, as none is whose lines are counted.
    scenario = replace(QUICK, faults=(Close(on=RESULTS, after_lines=99),))
    return Plan(rows=named("a", "b", "c"), scenario=scenario, lives=(Life(kill=at), WHOLE_LIFE))


def _edited(at: Moment, edit: Edit) -> tuple[Life, ...]:
    return Life(kill=at), Life(edits=(edit,))


def _damaged(at: int, damage: Damage) -> tuple[Life, ...]:
    return Life(kill=Moment(exchange=at)), Life(damage=damage)


EDITS = (Edit(what="prompt"), Edit(what="model"), Edit(what="order"), Edit(what="api_key"))
DAMAGES = (
    Damage(how="truncate", at=0.5),
    Damage(how="truncate", at=0.9),
    Damage(how="empty", at=0.0),
    Damage(how="flip", at=0.1),
    Damage(how="flip", at=0.5),
)

CONTRACTS = (
    Contract(
        id="S2",
        level="MUST",
        family="crash",
        title="A create survives the crash that follows it",
        statement="A client MUST write down what it is about to create, and its id right after; when it starts "
        "again it MUST NOT create what may be there already without looking.",
        story="The id is saved after the create returns, or after the wait. A kill in between leaves a batch "
        "that runs, is billed, and that nothing knows about.",
        why="https://github.com/BerriAI/litellm-docs/pull/1408",
        fix="Journal the intent before the POST, with a nonce in every custom_id by which the batch can be "
        "recognised.",
        check=all_of(bought_once, fulfilled_or_raised, ends_by_itself),
        needs=frozenset({"resume"}),
        table=(
            *(_killed(Moment(exchange=at, phase="after")) for at in (1, 2)),
            *(_killed(Moment(exchange=at)) for at in (1, 2, 3)),
        ),
        plans=plans(lives=st.one_of(killed_once(), killed_again())),
    ),
    Contract(
        id="S3",
        level="MUST",
        family="crash",
        title="A failure after submission does not submit again",
        statement="A run that failed after its create MUST go on with the same batch the next time; only "
        "requests without a success may be sent again.",
        story="The scheduler retries the whole task after a late failure, and everything is submitted once more.",
        why="https://github.com/apache/airflow/pull/72416",
        fix="Look into the journal first: what was submitted is only to be waited for and read.",
        check=all_of(bought_once, resubmitted_only_open, fulfilled),
        needs=frozenset({"resume"}),
        table=(
            faulty(Answer(on=RESULTS, status=500), lives=(WHOLE_LIFE, WHOLE_LIFE)),
            faulty(Answer(on=("retrieve",), status=401), lives=(WHOLE_LIFE, WHOLE_LIFE)),
            faulty(
                Answer(on=RESULTS, status=500),
                rows=(Row(key="a"), Row(key="b", state="errored", error="invalid_request_error")),
                lives=(WHOLE_LIFE, WHOLE_LIFE),
            ),
            Plan(rows=(Row(key="a"), Row(key="b", state="errored", error="overloaded_error"))),
        ),
    ),
    Contract(
        id="J11",
        level="MUST",
        family="crash",
        title="Ids are the same after a crash",
        statement="A client MUST treat ids as opaque text; a run that was killed and resumed MUST give the same "
        "map.",
        story="Ids are numbers in memory and text in JSON, or lose their leading zeros; after a resume every "
        "lookup misses.",
        why="https://github.com/bespokelabsai/curator/blob/8f26600e0a6b41f5fc1098ac2d4f22fe0ec95b97/src/bespokelabs/curator/request_processor/batch/base_batch_request_processor.py#L593-L594",
        fix="Keep ids as strings from end to end.",
        check=all_of(fulfilled, bought_once),
        needs=frozenset({"resume"}),
        table=tuple(
            _killed(Moment(exchange=3), rows=named(*keys))
            for keys in (("7", "07"), ("a_b-c", "a-b_c"), ("1e3", "1000"), ("0", "1"))
        ),
        plans=plans(
            rows=rows(keys=any_keys()),
            lives=st.integers(2, 12).map(lambda at: (Life(kill=Moment(exchange=at)), WHOLE_LIFE)),
        ),
    ),
    Contract(
        id="J12",
        level="MUST",
        family="crash",
        title="Yesterday's answers are not given to today's questions",
        statement="When the requests, their order, the account or the endpoint differ from what was journaled, "
        "a client MUST refuse or submit anew.",
        story="State that is found on disk is trusted although the prompts have changed since, and old answers "
        "are joined to new questions.",
        why="https://github.com/tidyverse/ellmer/issues/715",
        fix="Keep a fingerprint of ids, bodies, account and URL in the journal, and compare all of it.",
        check=fulfilled_or_raised,
        needs=frozenset({"resume"}),
        table=tuple(_killed(Moment(exchange=3), then=Life(edits=(edit,))) for edit in EDITS),
        plans=plans(lives=st.builds(_edited, moments(), edits())),
    ),
    Contract(
        id="P9",
        level="MUST",
        family="crash",
        title="Two runs on one state do not both work",
        statement="Of two runs at once on the same state one MUST refuse, or both together MUST make one batch.",
        story="Cron overlaps; both see no state and both create, or both see `ended` and both deliver.",
        why="https://github.com/BerriAI/litellm/pull/36877",
        fix="Lock the journal for as long as a run lasts.",
        check=all_of(bought_once, one_delivers),
        needs=frozenset({"resume"}),
        table=tuple(Plan(rows=TWO, lives=(Life(rival=Moment(exchange=at)),)) for at in (1, 2, 3)),
        plans=plans(lives=st.integers(1, 10).map(lambda at: (Life(rival=Moment(exchange=at)),))),
    ),
    Contract(
        id="R8",
        level="MUST",
        family="crash",
        title="A download that was cut by a crash is not counted twice",
        statement="After a crash at any byte of a download, a resumed run MUST give the same map as one that "
        "was not cut.",
        story="The output is opened for appending: rows stand in it twice, with half a line between them.",
        why="https://github.com/bespokelabsai/curator/blob/8f26600e0a6b41f5fc1098ac2d4f22fe0ec95b97/src/bespokelabs/curator/request_processor/batch/base_batch_request_processor.py#L520",
        fix="Write to another file and rename it, or commit rows with their ids.",
        check=all_of(fulfilled, bought_once),
        needs=frozenset({"resume"}),
        table=tuple(_killed_in_results(Moment(exchange=at, phase="within")) for at in EXCHANGES),
    ),
    Contract(
        id="R9",
        level="MUST",
        family="crash",
        title="State that cannot be read is not no state",
        statement="State that is torn, empty or damaged MUST stop the run with an error, and MUST NOT lead to a "
        "create.",
        story="`except JSONDecodeError: state = {}` turns 'I do not know' into 'nothing was submitted', and "
        "everything is bought again.",
        why="https://github.com/openclaw/lobster/issues/108",
        fix="Write to a temporary file, fsync, rename; stop when what is there cannot be read.",
        check=all_of(bought_once, fulfilled_or_raised, ends_by_itself),
        needs=frozenset({"resume"}),
        table=tuple(_killed(Moment(exchange=3), then=Life(damage=damage)) for damage in DAMAGES),
        plans=plans(lives=st.builds(_damaged, st.integers(2, 10), damages())),
    ),
    Contract(
        id="R10",
        level="MUST",
        family="crash",
        title="Nothing is thrown away before its copy is safe",
        statement="A client MUST NOT delete a batch before its rows are safe; results that are archived MUST "
        "give an error of their own, never an empty success.",
        story="The batch is deleted, or its checkpoint retired, when the download begins; or after 29 days a "
        "404 is read as no rows.",
        why="https://github.com/xoai/sage-wiki/issues/124",
        fix="Write, fsync, rename, and only then delete; look at archived_at.",
        check=all_of(safe_before_deleted, archived_is_said, fulfilled_or_named, not_canceled),
        table=(
            Plan(rows=TWO),
            *(
                _killed_in_results(Moment(exchange=at, phase=phase))
                for at in EXCHANGES
                for phase in ("within", "after")
            ),
            _killed(Moment(exchange=3), then=Life(waited=30 * DAY)),
        ),
        plans=plans(lives=killed_once()),
    ),
)
