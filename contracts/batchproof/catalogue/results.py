"""Results: a download is read to its last byte, however it comes, and never taken for more or less than it is.

It does not know how plans are played. Each id is that of a way in which real clients were seen to fail.
"""

import hypothesis.strategies as st

from batchmock.faults import Answer, AnyFault, Close, Drip, Headers, Lines, Reset, Rows, Stall
from batchmock.times import SECOND
from batchproof.catalogue.calm import faulty
from batchproof.checks.all_of import all_of
from batchproof.checks.calls import created_once, downloaded_again
from batchproof.checks.returns import ends_by_itself, fulfilled, fulfilled_or_named, named_or_missing
from batchproof.checks.streams import hands_on_early
from batchproof.contract import Contract
from batchproof.plan import Plan, Row
from batchproof.strategies.faults import HTML, Faults, cuts, framings
from batchproof.strategies.plans import plans, scenarios
from batchproof.strategies.rows import LINE_SEPARATORS, TEXT, rows

POLLS = ("retrieve",)
RESULTS = ("results",)
FIRST = (1,)
KIB = 1024
LINES: tuple[AnyFault, ...] = (
    Lines(on=RESULTS, line_end="crlf"),
    Lines(on=RESULTS, blank_every=1),
    Lines(on=RESULTS, final_line_end=False),
    Lines(on=RESULTS, byte_order_mark=True),
    Lines(on=RESULTS, line_end="crlf", blank_every=1, final_line_end=False),
)
SHORT: tuple[AnyFault, ...] = (
    Close(on=RESULTS, calls=FIRST, after_lines=1, framing="until_close"),
    Close(on=RESULTS, calls=FIRST, after_lines=1, inside=True, framing="until_close"),
    Close(on=RESULTS, calls=FIRST, after_lines=0, framing="until_close"),
    Close(on=RESULTS, calls=FIRST, after_lines=1, framing="whole"),
    Close(on=RESULTS, calls=FIRST, after_lines=1, framing="length"),
    Close(on=RESULTS, calls=FIRST, after_bytes=60),
)
BROKEN_OFF: tuple[AnyFault, ...] = (
    Reset(on=RESULTS, calls=FIRST, after_lines=1),
    Reset(on=RESULTS, calls=FIRST, after_bytes=0),
    Close(on=RESULTS, calls=FIRST, after_lines=1, inside=True),
    Stall(on=RESULTS, calls=FIRST, after_lines=1),
)
CONTENT_TYPES: tuple[AnyFault, ...] = (
    Headers(on=RESULTS, drop=("content-type",)),
    *(
        Headers(on=RESULTS, set={"content-type": kind})
        for kind in ("application/binary", "application/octet-stream", "text/plain")
    ),
)
PAGE = {"content-type": "text/html"}
NOT_RESULTS: tuple[AnyFault, ...] = (
    Answer(on=RESULTS, calls=FIRST, status=200, body=HTML, headers=PAGE),
    Answer(
        on=RESULTS, calls=FIRST, status=200, body='{"type":"error","error":{"type":"api_error","message":"no"}}'
    ),
    Answer(on=RESULTS, calls=FIRST, status=200, body=""),
    Answer(on=RESULTS, calls=FIRST, status=204),
    Answer(on=RESULTS, calls=FIRST, status=502, body=HTML, headers=PAGE),
    Answer(on=POLLS, calls=(2,), status=200, body=HTML, headers=PAGE),
    Answer(on=POLLS, calls=(2,), status=200, body='{"type":"error","error":{"type":"api_error","message":"no"}}'),
    Answer(on=POLLS, calls=(2,), status=502, body=HTML, headers=PAGE),
)
GARBAGE = (
    '{"custom_id": "a", "resu',
    "NaN",
    "[]",
    '"row"',
    '{"custom_id": "a", "result": null}',
    "{} {}",
    "\u0000",
)
SEPARATED = tuple(
    Row(key=f"k{at}", said=f"before {mark} after") for at, mark in enumerate(LINE_SEPARATORS + "é日\U0001f600")
)
SLOW = Drip(on=RESULTS, size=5, every=10 * SECOND)


def _garbled(raw: str, *, calls: tuple[int, ...] = ()) -> Plan:
    return faulty(Rows(on=RESULTS, calls=calls, rows=(1,), raw=raw))


def _malformed(raw: str, row: int, calls: tuple[int, ...]) -> Faults:
    return (Rows(on=RESULTS, calls=calls, rows=(row,), raw=raw),)


def _long(size: int, at: int) -> Plan:
    return Plan(rows=tuple(Row(key=f"k{row}", padding=size if row == at else 0) for row in range(3)))


CONTRACTS = (
    Contract(
        id="R1",
        level="MUST",
        family="results",
        title="Lines are lines, however they are written",
        statement="A client MUST accept LF and CRLF, blank lines, a byte order mark, and a last line with or "
        "without an end, in pieces of any size.",
        story="The Python SDK cuts a body into 64 bytes and takes a CR at the end of one for the end of a line; "
        "a blank line raises, and everything after it is lost.",
        why="https://github.com/anthropics/anthropic-sdk-python/pull/1778",
        fix="Collect bytes, split at LF alone, strip a CR, skip what is blank.",
        check=fulfilled,
        table=(
            *(faulty(fault) for fault in LINES),
            *(faulty(fault, Drip(on=RESULTS, size=1)) for fault in LINES[:2]),
        ),
        plans=plans(rows=rows(said=TEXT), scenario=scenarios(faults=framings())),
    ),
    Contract(
        id="R2",
        level="MUST",
        family="results",
        title="A short file is not a whole one",
        statement="A client MUST compare what it received with what it submitted, and MUST download again what "
        "was cut.",
        story="A body that ends with its connection, at the end of a line, is a valid shorter file; the SDKs "
        "return two of three rows and no error.",
        why="https://github.com/xoai/sage-wiki/issues/124",
        fix="Count ids. If some are missing, download again before you believe it.",
        check=all_of(fulfilled, downloaded_again, created_once),
        table=tuple(faulty(fault) for fault in SHORT),
        plans=plans(scenario=scenarios(faults=cuts())),
    ),
    Contract(
        id="R3",
        level="MUST",
        family="results",
        title="A download that breaks off is begun again",
        statement="After a failure in mid-stream a client MUST download again, without delivering a row twice; "
        "if it gives up it MUST name the batch.",
        story="The SDK's retries end when the headers arrive. What comes later is an exception of the HTTP "
        "library or of the JSON parser, outside the family that is caught.",
        why="https://github.com/anthropics/anthropic-sdk-python/issues/1928",
        fix="Loop around the whole download; catch the transport's errors too; keep what has come.",
        check=all_of(fulfilled, downloaded_again, created_once),
        table=tuple(faulty(fault) for fault in BROKEN_OFF),
        plans=plans(scenario=scenarios(faults=cuts())),
    ),
    Contract(
        id="R4",
        level="MUST",
        family="results",
        title="A slow download is not a dead one",
        statement="A client MUST NOT give up a download while bytes keep arriving.",
        story="A total time-out of a minute covers the body, so large results can never be read.",
        why="https://github.com/xoai/sage-wiki/blob/c9b38f44d1fd340c7534624a7da11aa8da4da681/internal/llm/batch.go#L261",
        fix="Limit the time between bytes, not the whole.",
        check=fulfilled,
        table=(faulty(SLOW, rows=tuple(Row(key=f"k{at}") for at in range(6))),),
    ),
    Contract(
        id="R5",
        level="MUST",
        family="results",
        title="Text comes out as it went in",
        statement="A client MUST split at LF bytes only, and decode whole lines as UTF-8.",
        story="`str.splitlines()` splits at U+2028, U+0085 and more, which may stand in JSON strings; decoding "
        "piece by piece breaks characters.",
        why="https://github.com/modaic-ai/modaic/pull/188",
        fix="Split bytes, then decode.",
        check=fulfilled,
        table=(
            Plan(rows=(Row(key="a", said="one\u2028two"),)),
            Plan(rows=SEPARATED),
            faulty(Drip(on=RESULTS, size=1), rows=(Row(key="a", said="é日\U0001f600"),)),
        ),
        plans=plans(rows=rows(said=TEXT), scenario=scenarios(faults=framings())),
    ),
    Contract(
        id="R6",
        level="MUST",
        family="results",
        title="Long lines are lines",
        statement="A client MUST deliver lines of up to 32 MiB, or fail that batch loudly; it MUST NOT end early.",
        story="A line buffer of 64 KiB ends the stream at the first long line, and what follows it vanishes.",
        why="https://github.com/anthropics/anthropic-sdk-go/pull/302",
        fix="Let the buffer grow, in linear time, and check that everything came.",
        check=fulfilled_or_named,
        table=(_long(70 * KIB, 0), _long(70 * KIB, 1), _long(KIB * KIB, 1)),
        slow=(_long(11 * KIB * KIB, 1), _long(31 * KIB * KIB, 2)),
    ),
    Contract(
        id="R7",
        level="SHOULD",
        family="results",
        title="Rows are handed on as they come",
        statement="A client SHOULD offer a way in which the first row is handed on before the last has arrived.",
        story="`list(results)` of 50,000 answers killed a pod of 4 GiB.",
        why="https://github.com/doublewordai/control-layer/pull/662",
        fix="Write rows away as they come, and keep only the set of their ids.",
        check=hands_on_early,
        needs=frozenset({"stream"}),
        table=(faulty(Drip(on=RESULTS, size=512), rows=tuple(Row(key=f"k{at}") for at in range(60))),),
    ),
    Contract(
        id="R12",
        level="MUST",
        family="results",
        title="A body is what it is, not what it should be",
        statement="A client MUST take a 200 that holds HTML, an error or nothing for a failure that passes, and "
        "MUST read results whatever their content type.",
        story="A proxy's login page is read as zero rows and success; or a missing content type yields nothing "
        "at all.",
        why="https://github.com/anthropics/anthropic-sdk-php/issues/30",
        fix="Look at the status and at what the body holds; zero rows for n requests is a failure.",
        check=all_of(ends_by_itself, fulfilled),
        table=tuple(faulty(fault) for fault in (*CONTENT_TYPES, *NOT_RESULTS)),
    ),
    Contract(
        id="R13",
        level="MUST",
        family="results",
        title="A malformed line is one line",
        statement="A line that cannot be read MUST lead to another download; if it stays, the other rows MUST "
        "be delivered, and its key be missing.",
        story="`except ValueError: continue` hides it, and its opposite throws away all that came before.",
        why="https://github.com/BerriAI/litellm/pull/37457",
        fix="Count it, go on, and download again at the end.",
        check=all_of(named_or_missing, downloaded_again),
        table=(*(_garbled(raw) for raw in GARBAGE), *(_garbled(raw, calls=FIRST) for raw in GARBAGE[:2])),
        plans=plans(
            scenario=scenarios(
                faults=st.builds(
                    _malformed,
                    st.sampled_from(GARBAGE),
                    st.integers(1, 4),
                    st.sampled_from([(), FIRST]),
                )
            )
        ),
    ),
)
