"""Identity: every answer belongs to the request that asked for it, and every request has one.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail.
"""

import hypothesis.strategies as st

from batchmock.faults import AnyFault, Rows
from batchproof.catalogue.calm import CALM_REVERSED, TWO, faulty, named
from batchproof.checks.all_of import all_of
from batchproof.checks.calls import downloaded_again, ids_are_distinct
from batchproof.checks.returns import (
    ends_by_itself,
    fulfilled,
    fulfilled_or_refused,
    named_or_missing,
    nothing_wrong,
)
from batchproof.contract import Contract
from batchproof.plan import Plan, Row
from batchproof.strategies.faults import Faults, foreign, missing, row_numbers
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import any_keys, colliding_keys, rows

RESULTS = ("results",)
NAMELESS = Rows(on=RESULTS, rows=(1,), drop=("custom_id",))
TWELVE = tuple(Row(key=f"row-{number}") for number in range(12))
# The right number of rows, and a whole run of them shifted by one.
SHIFTED: tuple[AnyFault, ...] = (
    Rows(on=RESULTS, rows=(3,), missing=True),
    Rows(on=RESULTS, rows=(5,), repeat=1),
)
STRANGERS: tuple[AnyFault, ...] = (
    Rows(on=RESULTS, strangers=1),
    Rows(on=RESULTS, rows=(1,), repeat=1, merge={"custom_id": "nobody"}),
    Rows(on=RESULTS, rows=(1,), repeat=1, merge={"custom_id": None}),
    Rows(on=RESULTS, rows=(1,), repeat=1, merge={"custom_id": 7}),
    Rows(on=RESULTS, rows=(1,), repeat=1, drop=("custom_id",)),
)
CONFLICT = Rows(on=RESULTS, rows=(1,), repeat=1, merge={"result": {"type": "expired"}})


def _one_gone_one_twice(gone: int, twice: int) -> Faults:
    return Rows(on=RESULTS, rows=(gone,), missing=True), Rows(on=RESULTS, rows=(twice,), repeat=1)


def _repeated(row: int, times: int, is_same: bool) -> Faults:
    merge: dict[str, object] = {} if is_same else {"result": {"type": "expired"}}
    return (Rows(on=RESULTS, rows=(row,), repeat=times, merge=merge),)


_shifted = st.builds(_one_gone_one_twice, st.integers(1, 12), st.integers(1, 12))
_nameless = st.one_of(
    st.just(()),
    st.builds(Rows, on=st.just(RESULTS), rows=row_numbers(), drop=st.just(("custom_id",))).map(
        lambda fault: (fault,)
    ),
)
_strangers = st.sampled_from(STRANGERS).map(lambda fault: (fault,))
_doubles = st.builds(_repeated, st.integers(1, 4), st.integers(1, 2), st.booleans())
_foreign = st.builds(Rows, on=st.just(RESULTS), rows=row_numbers(3), merge=st.just(foreign())).map(
    lambda one: (one,)
)
_twins = st.integers(2, 5).map(
    lambda count: tuple(Row(key=f"k{at}", same_as=0 if at else None) for at in range(count))
)

CONTRACTS = (
    Contract(
        id="J1",
        level="MUST",
        family="identity",
        title="Results are joined by custom_id",
        statement="A client MUST give each result to the request whose custom_id it carries, in whatever order "
        "the results file has them, and MUST NOT go by position where an id is absent.",
        story="The client walks the results and its inputs side by side, or falls back to the position when a "
        "line has no id. Small runs happen to come back in order; 17,148 pages of 105 books once did not.",
        why="https://github.com/Embassy-of-the-Free-Mind/sourcelibrary-v2/issues/135",
        fix="Look each line up by its custom_id in a table of what was submitted. A line without one is nobody's.",
        check=nothing_wrong,
        table=(
            Plan(rows=TWO, scenario=CALM_REVERSED),
            faulty(NAMELESS, order="reversed"),
            Plan(rows=(Row(key="unsendable", poison="nan"), *TWO), scenario=CALM_REVERSED),
        ),
        plans=plans(scenario=scenarios(faults=_nameless)),
    ),
    Contract(
        id="J2",
        level="MUST",
        family="identity",
        title="Nothing is sorted into place",
        statement="A client MUST join by looking keys up, and MUST NOT take equal lengths for alignment.",
        story="Rows are sorted by id, as text or by the number in it, and zipped with the inputs. One line "
        "twice and one missing keep the length right and shift the rest; as text, row-10 comes before row-2.",
        why="https://github.com/tidyverse/ellmer/issues/830",
        fix="Join by a lookup of the whole id; count what is missing and what came twice.",
        check=nothing_wrong,
        table=(
            faulty(*SHIFTED, rows=TWELVE[:6], order="reversed"),
            Plan(rows=TWELVE, scenario=CALM_REVERSED),
        ),
        plans=plans(
            rows=rows(min_size=2, max_size=14), scenario=scenarios(faults=st.one_of(st.just(()), _shifted))
        ),
    ),
    Contract(
        id="J3",
        level="MUST",
        family="identity",
        title="Rows that never come back are missing, and said to be",
        statement="A client MUST return exactly one outcome for each submitted key; rows without a line MUST be "
        "reported missing, or named by an error, after at least one more download.",
        story="The output is built from the results file, so an input that has no line is simply not in it. 41 "
        "of 20,000 rows were gone, and found three days later.",
        why="https://claudelab.net/en/articles/api-sdk/claude-api-message-batches-partial-failure-reconciliation-field-notes",
        fix="Compare what came with what was sent; download again; then give every absent key an outcome that "
        "says so.",
        check=all_of(named_or_missing, downloaded_again),
        table=(
            faulty(Rows(on=RESULTS, rows=(2,), missing=True)),
            faulty(Rows(on=RESULTS, rows=(1,), missing=True, calls=(1,))),
            faulty(Rows(on=RESULTS, missing=True)),
        ),
        plans=plans(scenario=scenarios(faults=st.one_of(missing(), missing(calls=(1,))))),
    ),
    Contract(
        id="J4",
        level="MUST",
        family="identity",
        title="A missing row leaves nobody waiting",
        statement="A client MUST come to an end once its batches have ended and their results have been read, "
        "whatever lines they lack.",
        story="Futures are resolved by the rows that arrive. One that never does leaves its awaiter blocked for "
        "ever, with no batch left to wait for.",
        why="https://github.com/UKGovernmentBEIS/inspect_ai/blob/499e6152e7b8fc8cbd8ac5283536572aa6e4ab17/src/inspect_ai/model/_providers/util/batch.py#L307-L345",
        fix="When a batch has been read to its end, resolve everything that was in it.",
        check=ends_by_itself,
        table=(faulty(Rows(on=RESULTS, rows=(2,), missing=True)), faulty(Rows(on=RESULTS, missing=True))),
        plans=plans(scenario=scenarios(faults=missing())),
    ),
    Contract(
        id="J5",
        level="MUST",
        family="identity",
        title="A stranger's row changes nothing",
        statement="A row whose custom_id was never submitted, is null, a number or absent MUST NOT change any "
        "other outcome.",
        story="`table[row.custom_id]` raises on the one line that is not ours, and all paid rows are lost with "
        "it.",
        why="https://github.com/agamm/batchata/blob/94aa2d51eb32ec819771ae0d0ae150e6732a0c31/batchata/providers/anthropic/parse_results.py#L33-L37",
        fix="Ask the table with a default, count strangers, and go on.",
        check=fulfilled,
        table=tuple(faulty(fault) for fault in STRANGERS),
        plans=plans(scenario=scenarios(faults=_strangers)),
    ),
    Contract(
        id="J6",
        level="MUST",
        family="identity",
        title="The whole id counts",
        statement="A client MUST match the complete custom_id; a row of another batch that ends alike is not "
        "its own.",
        story="The join takes what follows the last dash, or the number in the id, and so takes in a row of "
        "another run or another chunk.",
        why="https://github.com/apache/airflow/blob/45f9a5a4f5bcda155adae45813a2a5efe6eb0a8b/providers/common/ai/src/airflow/providers/common/ai/batch/anthropic.py",
        fix="Compare ids as whole strings, and make them unique across all batches of a run.",
        check=nothing_wrong,
        table=(faulty(Rows(on=RESULTS, rows=(1,), merge=foreign()), rows=named("row-1", "row-2")),),
        plans=plans(
            rows=rows(keys=st.integers(0, 9).map(lambda number: f"row-{number}")),
            scenario=scenarios(faults=_foreign),
        ),
    ),
    Contract(
        id="J7",
        level="MUST",
        family="identity",
        title="Submitted ids are unique",
        statement="A client MUST submit unique ids, also for equal prompts; equal keys MUST be refused before "
        "anything is sent, by an error that names one.",
        story="Ids are hashes of prompts, or the user's keys as they are. The API refuses the whole batch, or "
        "one of two answers is lost.",
        why="https://github.com/matt-house-e/accrue/issues/47",
        fix="Give every request an id of its own, whatever is in it, and check keys before the first call.",
        check=all_of(ids_are_distinct, fulfilled_or_refused),
        table=(
            Plan(rows=(Row(key="a"), Row(key="b", same_as=0)), scenario=CALM_REVERSED),
            Plan(rows=(Row(key="a"), Row(key="a"))),
        ),
        plans=plans(rows=_twins),
    ),
    Contract(
        id="J8",
        level="MUST",
        family="identity",
        title="A line that comes twice counts once",
        statement="A client MUST deliver each key once. If two lines for one id differ it MUST keep the first "
        "or say that it does not know, and MUST NOT take the last.",
        story="The results go into a dict line by line, so the last copy wins; counters and sums see both.",
        why="https://github.com/tidyverse/ellmer/issues/830",
        fix="Keep a set of what has come; of a second line only look whether it says the same.",
        check=fulfilled,
        table=(faulty(Rows(on=RESULTS, rows=(1,), repeat=1)), faulty(CONFLICT)),
        plans=plans(scenario=scenarios(faults=_doubles)),
    ),
    Contract(
        id="J9",
        level="MUST",
        family="identity",
        title="Any key can be submitted, or is refused at once",
        statement="A client MUST map any key to a legal custom_id and back, or MUST refuse it before anything "
        "is sent, naming it.",
        story="File paths, URLs, e-mail addresses and titles are no legal ids, and one of them makes the API "
        "refuse the whole batch.",
        why="https://github.com/anthropics/anthropic-sdk-python/issues/984",
        fix="Make ids of your own, and keep the table that leads back to the keys.",
        check=fulfilled_or_refused,
        table=tuple(Plan(rows=named("a", key)) for key in ("a/b", "user@example.com", "", "x" * 65, "日本")),
        plans=plans(rows=rows(keys=any_keys(), min_size=1)),
    ),
    Contract(
        id="J10",
        level="MUST",
        family="identity",
        title="Two keys never become one",
        statement="The way from keys to ids MUST be injective.",
        story="To be legal an id is cleaned or cut, and a/b meets a.b there; or work is recognised as done by "
        "its prompt, and two equal prompts are one.",
        why="https://github.com/NousResearch/hermes-agent/issues/86523",
        fix="Number the requests, or hash the whole key; never clean and cut.",
        check=all_of(ids_are_distinct, fulfilled_or_refused),
        table=(
            Plan(rows=named("a-1", "a_1"), scenario=CALM_REVERSED),
            Plan(rows=named("a/1", "a.1"), scenario=CALM_REVERSED),
            Plan(rows=named("y" * 64 + "1", "y" * 64 + "2"), scenario=CALM_REVERSED),
        ),
        plans=plans(rows=colliding_keys().map(lambda keys: named(*keys))),
    ),
)
