"""Polling: a wait of a day survives what passes, ends when it must, and bothers nobody.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail.
"""

import hypothesis.strategies as st
from msgspec.structs import replace

from batchmock.faults import Answer, AnyFault, Operation, Patch, Reset
from batchmock.switches import Lag, Switches
from batchmock.times import DAY, HOUR, SECOND
from batchmock.timing import Fixed, Timing
from batchproof.catalogue.calm import TWO, faulty, named
from batchproof.checks.all_of import all_of
from batchproof.checks.billing import bought_once
from batchproof.checks.calls import created_once, not_canceled, paths_are_canonical
from batchproof.checks.locations import read_where_told
from batchproof.checks.manners import polls_are_few, polls_are_spaced, stops_when_refused, waits_when_told
from batchproof.checks.returns import (
    ends_by_itself,
    fulfilled,
    fulfilled_or_named,
    fulfilled_or_raised,
    gave_up_by_name,
)
from batchproof.checks.tries import download_was_tried_again
from batchproof.contract import Contract
from batchproof.plan import CALM, Life, Moment, Plan
from batchproof.strategies.faults import Faults, bursts, transient
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import rows

CREATE = ("create",)
POLLS = ("retrieve",)
RESULTS = ("results",)
A_DAY = replace(CALM, window=DAY, timing=Timing(batch=Fixed(23 * HOUR), request=Fixed(SECOND)))
# So many failures in a row are to be survived.
BURST = range(2, 7)


def _stuck(status: str) -> Plan:
    fault = Patch(on=POLLS, merge={"processing_status": status, "ended_at": None, "results_url": None})
    return replace(faulty(fault), patience=3 * DAY)


def _from_then_on(fault: AnyFault) -> Plan:
    return replace(faulty(replace(fault, calls=tuple(range(2, 20_000)))), patience=4 * DAY)


def _answers(status: int, *, calls: tuple[int, ...] = ()) -> AnyFault:
    return Answer(on=POLLS, status=status, calls=calls)


def _said(value: str, *, on: tuple[Operation, ...] = POLLS, status: int = 429) -> AnyFault:
    return Answer(on=on, calls=(1,), status=status, headers={"retry-after": value})


def _limited(value: str, status: int) -> Faults:
    return (_said(value, status=status),)


def _skewed(created: str, expires: str) -> AnyFault:
    return Patch(on=(*CREATE, *POLLS), merge={"created_at": created, "expires_at": expires})


def _led(url: str) -> Plan:
    return faulty(Patch(on=POLLS, merge={"results_url": url}))


RETRY_AFTER = (
    "0",
    "1",
    "59",
    "61",
    "1.5",
    "-1",
    "soon",
    "Mon, 05 Jan 2026 09:30:00 GMT",
    "Mon, 05 Jan 2015 09:30:00 GMT",
)
FLICKER = replace(CALM, switches=Switches(create_lag=Lag(reads=2)))
LATE_RESULTS = replace(CALM, switches=Switches(results_lag=Lag(reads=1)))
MANY = named(*(f"k{at}" for at in range(24)))
# The orphan of a create whose answer was lost, and more batches of others after it than a page of the list has.
ORPHAN = Plan(rows=TWO, lives=(Life(kill=Moment(exchange=1, phase="after")), Life(others=45)))

CONTRACTS = (
    Contract(
        id="P1",
        level="MUST",
        family="polling",
        title="A poll that fails is only a poll",
        statement="A client MUST survive five failures of a poll in a row that pass (5xx, 529, 429, resets, "
        "time-outs, half an answer), and any number of single ones; it MUST NOT cancel or start again because "
        "of them.",
        story="One 502 in the sixth hour ends the wait, and the next run pays for everything again.",
        why="https://github.com/rubenmarcus/ralph-starter/pull/140",
        fix="Catch what passes around the poll, back off, and reset the count when a poll succeeds.",
        check=all_of(fulfilled, created_once, not_canceled),
        table=(
            *(faulty(fault) for fault in transient("retrieve", 2)),
            faulty(*(_answers(500, calls=(at,)) for at in BURST)),
            faulty(_answers(500, calls=(2, 3, 4, 5)), _answers(502, calls=(7, 8, 9, 10))),
            faulty(*(Reset(on=POLLS, calls=(at,), when="instead") for at in BURST)),
        ),
        plans=plans(scenario=scenarios(faults=bursts("retrieve"))),
    ),
    Contract(
        id="P2",
        level="MUST",
        family="polling",
        title="What is refused for good ends the wait",
        statement="When polls are refused for good (401, 403, 404 beyond a grace, or nobody there at all), a "
        "client MUST stop within bounded time, with an error that names the batch.",
        story="`except Exception: return None` around the poll makes a revoked key 'try again later', for ever.",
        why="https://github.com/stdapi-ai/stdapi.ai/issues/161",
        fix="Tell what passes from what does not, and give even that a budget.",
        check=all_of(ends_by_itself, gave_up_by_name, stops_when_refused, not_canceled),
        table=(
            *(_from_then_on(_answers(status)) for status in (401, 403, 404)),
            _from_then_on(Reset(on=POLLS, when="instead")),
        ),
    ),
    Contract(
        id="P3",
        level="MUST",
        family="polling",
        title="A batch that cannot be seen yet is waited for",
        statement="A 404 for a batch that the client has just made, later in its life, or for results that have "
        "just appeared MUST be tried again for a while; it MUST NOT lead to a cancel or another create.",
        story="Reads lag behind writes: a 404 a second after the create, in mid-wait, or for results right "
        "after `ended`. Whoever takes it for final gives up a batch that runs, or makes it twice.",
        why="https://github.com/anthropics/anthropic-sdk-python/issues/1432",
        fix="Give a 404 for your own batch a minute and three tries before you believe it.",
        check=all_of(fulfilled, created_once, not_canceled),
        table=(
            faulty(_answers(404, calls=(3,))),
            Plan(rows=TWO, scenario=FLICKER),
            Plan(rows=TWO, scenario=LATE_RESULTS),
            faulty(Answer(on=RESULTS, calls=(1,), status=404)),
        ),
        plans=plans(
            scenario=scenarios(
                faults=st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True).map(
                    lambda calls: (_answers(404, calls=tuple(sorted(calls))),)
                )
            )
        ),
    ),
    Contract(
        id="P4",
        level="SHOULD",
        family="polling",
        title="Polls leave the server in peace",
        statement="Polls of a batch SHOULD be ten seconds apart after the first minute, and about a minute "
        "after the first hour.",
        story="A fixed half second for a day, or N batches at once each tick, eat the rate limit of everything "
        "else.",
        why="https://github.com/tidyverse/ellmer/blob/57e3d72d5dbe1a8bce4a3017b3468ad5fe3b2945/R/batch-chat.R#L311-L315",
        fix="Begin with ten seconds and grow to a minute, with some jitter.",
        check=all_of(polls_are_few, polls_are_spaced),
        is_manners=True,
        table=(Plan(rows=TWO, scenario=A_DAY),),
    ),
    Contract(
        id="P5",
        level="MUST",
        family="polling",
        title="There is a deadline",
        statement="A client MUST stop waiting for a batch that never ends, a day or two after it should have, "
        "with an error that names it.",
        story="`while True` until `ended` makes a zombie of a batch that is stuck.",
        why="https://github.com/safety-research/safety-tooling/blob/272270d18b3f81c4e210e9286eb994c0130bd57d/safetytooling/apis/inference/anthropic.py#L372-L385",
        fix="Stop some hours after expires_at, counted on your own monotonic clock, and keep the id.",
        check=all_of(ends_by_itself, gave_up_by_name, not_canceled),
        table=(_stuck("in_progress"), _stuck("canceling"), _stuck("finalizing")),
    ),
    Contract(
        id="P6",
        level="MUST",
        family="polling",
        title="Results that cannot be read are tried again, then named",
        statement="A download that fails MUST be tried again; if it goes on failing, the client MUST say that "
        "the batch has ended and its results could not be read, with its id, and MUST NOT return nothing as "
        "success.",
        story="After `ended` a failing download becomes a generic time-out, an endless loop, or an empty list.",
        why="https://github.com/superplanehq/superplane/pull/5996",
        fix="A loop of its own around the download, bounded, with an error of its own.",
        check=all_of(ends_by_itself, fulfilled_or_named, download_was_tried_again, created_once),
        table=(
            *(faulty(fault) for fault in transient("results", 1)),
            faulty(Answer(on=RESULTS, status=500)),
            faulty(Reset(on=RESULTS, when="instead")),
        ),
    ),
    Contract(
        id="P7",
        level="MUST",
        family="polling",
        title="Results are where results_url says",
        statement="A client MUST read results from the results_url that it was given, absolute or relative, at "
        "any path and with any query; its other paths MUST be those of the API, without a slash too many.",
        story="The path is put together by hand, with two slashes that worked until one day they did not.",
        why="https://github.com/tidyverse/ellmer/issues/835",
        fix="Take the URL as it is, and resolve it against the base URL.",
        check=all_of(fulfilled, read_where_told, paths_are_canonical),
        table=(
            Plan(rows=TWO),
            _led("{origin}/elsewhere/{id}"),
            _led("/elsewhere/{id}"),
            _led("{origin}/elsewhere/x%20y/{id}?sig=%2Fab%3D&x=1"),
        ),
    ),
    Contract(
        id="P8",
        level="MUST",
        family="polling",
        title="A list is read to its end",
        statement="A client that looks for a batch by listing MUST follow the pages to the end of what it looks "
        "for; a batch beyond the first page is not gone.",
        story="Recovery reads the first 20 batches, does not find its own, and makes it again.",
        why="https://github.com/BerriAI/litellm/issues/37150",
        fix="Follow has_more and last_id.",
        check=all_of(bought_once, fulfilled_or_raised, ends_by_itself),
        needs=frozenset({"resume"}),
        table=(ORPHAN, replace(ORPHAN, lives=(ORPHAN.lives[0], Life(others=20)))),
    ),
    Contract(
        id="P10",
        level="MUST",
        family="polling",
        title="Any number of batches comes to an end",
        statement="A client MUST complete for more batches than it handles at once.",
        story="A permit is taken twice on one path, so that with as many batches as permits everything waits.",
        why="https://github.com/bespokelabsai/curator/blob/8f26600e0a6b41f5fc1098ac2d4f22fe0ec95b97/src/bespokelabs/curator/request_processor/batch/base_batch_request_processor.py#L697-L699",
        fix="Take a permit in one place, and try with three times as many batches.",
        check=fulfilled,
        needs=frozenset({"split"}),
        table=(Plan(rows=MANY, requests_max=1), Plan(rows=MANY, requests_max=2)),
        plans=plans(rows=rows(min_size=6, max_size=30), requests_max=st.integers(1, 3)),
    ),
    Contract(
        id="P11",
        level="MUST",
        family="polling",
        title="Nobody's clock decides",
        statement="What becomes of requests MUST NOT depend on the difference between the client's clock and "
        "the server's, nor on how instants are written.",
        story="expires_at is compared with the local time, in another zone or on a clock that is wrong, and the "
        "batch is declared expired at once.",
        why="https://github.com/apache/airflow/blob/e484bd8a409006d685fba522a12ea81165893d50/providers/anthropic/src/airflow/providers/anthropic/triggers/batch.py",
        fix="Count on a monotonic clock from your own create; take the server's instants as text.",
        check=fulfilled,
        table=(
            faulty(_skewed("2026-01-03T09:00:00+00:00", "2026-01-04T09:00:00+00:00")),
            faulty(_skewed("2026-01-07T09:00:00.000001Z", "2026-01-08T09:00:00.000001Z")),
            faulty(_skewed("2026-01-05T18:00:00+09:00", "2026-01-06T18:00:00+09:00")),
            Plan(rows=TWO, scenario=replace(CALM, switches=Switches(timestamps="z"))),
        ),
        plans=plans(
            scenario=scenarios(
                faults=st.integers(1, 8).map(
                    lambda day: (_skewed(f"2026-01-0{day}T09:00:00Z", f"2026-01-0{day + 1}T09:00:00Z"),)
                )
            )
        ),
    ),
    Contract(
        id="P12",
        level="MUST",
        family="polling",
        title="Retry-After is heard, within reason",
        statement="A call that was limited MUST NOT be repeated before a valid Retry-After, in seconds or as a "
        "date; one beyond the client's own deadline MUST be cut or told; nonsense MUST be taken for none.",
        story="The header is ignored, not parsed as a date, or obeyed to the letter: the SDKs sleep for up to "
        "49 days.",
        why="https://github.com/anthropics/anthropic-sdk-python/blob/009b035305e0724ce108ebd796935f91711fc6e1/src/anthropic/_base_client.py#L826-L840",
        fix="Parse both forms, take the smaller of it and what is left of your deadline.",
        check=all_of(waits_when_told, ends_by_itself, fulfilled_or_raised),
        table=(
            *(faulty(_said(value)) for value in RETRY_AFTER),
            faulty(_said("3600")),
            faulty(_said("61", status=503)),
            faulty(_said("2000000")),
            faulty(_said("1000000000")),
            faulty(_said("60", on=CREATE)),
        ),
        plans=plans(
            scenario=scenarios(
                faults=st.builds(
                    _limited,
                    st.one_of(st.sampled_from(RETRY_AFTER), st.integers(0, 7_200).map(str)),
                    st.sampled_from([429, 503, 529]),
                )
            )
        ),
    ),
)
