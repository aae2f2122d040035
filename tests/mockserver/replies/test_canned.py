"""Answers from a file or a dict, served as they were written."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchmock.canned_file import load_canned
from batchmock.errors import UsageError
from batchmock.replies.answers import Answers
from batchmock.replies.canned import canned, parse_canned
from tests.mockserver.replies.asking import Json, error, lines, message, params, result, results, text_of

# Odd in order and spacing, with a key nobody knows: nothing of it may change.
MESSAGE = (
    '{"id":"msg_011Crecorded",  "type":"message","role":"assistant","model":"claude-opus-5","mood":"\\u00e9\\n",'
    '"content":[{"type":"text","text":"as it was","x":1.50}],'
    '"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2,"more":{}}}'
)
ENVELOPE = (
    '{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"},'
    '"request_id":"workerreq_01"}'
)
LINES = [
    f'{{"custom_id":"ok","result":{{"type":"succeeded","message":{MESSAGE}}}}}',
    f'{{"custom_id":"bad","result":{{"type":"errored","error":{ENVELOPE}}}}}',
    '{"custom_id":"gone","result":{"type":"canceled"}}',
    '{"custom_id":"late","result":{"type":"expired"}}',
    f'{{"custom_id":"bare","message":{MESSAGE}}}',
    '{"custom_id":"said","text":"Lima, \\u2028 and so on"}',
]
FILE = "\n".join(LINES).encode() + b"\n"
ASKED = {name: params(name) for name in ("ok", "bad", "gone", "late", "bare", "said", "new")}

custom_ids = st.text("abcXYZ019-_", min_size=1, max_size=12)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
kinds = st.sampled_from(
    [Answers(), Answers(length="realistic", text="unicode"), Answers(stops={"a": "refusal", "b": "pause_turn"})]
)


def file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(data)
    return path


def test_each_line_of_a_file_is_what_its_request_comes_to(tmp_path: Path) -> None:
    made = results(ASKED, Answers(canned=load_canned(file(tmp_path, FILE))))

    assert {name: each["type"] for name, each in made.items()} == {
        "ok": "succeeded",
        "bad": "errored",
        "gone": "canceled",
        "late": "expired",
        "bare": "succeeded",
        "said": "succeeded",
        "new": "succeeded",
    }
    assert text_of(made["said"]["message"]) == "Lima, \u2028 and so on"
    assert text_of(made["new"]["message"]).startswith("echo ")


def test_what_the_api_wrote_is_served_to_the_byte() -> None:
    served = {bytes(line.rstrip(b"\n")) for line in lines(ASKED, Answers(canned=parse_canned(FILE, "file")))}

    assert {line.encode() for line in LINES[:4]} <= served
    assert any(line.endswith(f'"message":{MESSAGE}}}}}'.encode()) for line in served if b'"bare"' in line)


@settings(deadline=None)
@given(st.dictionaries(custom_ids | st.sampled_from("ab"), texts, min_size=1, max_size=5), kinds)
def test_a_results_file_that_is_replayed_gives_the_same_lines(asked: dict[str, str], answers: Answers) -> None:
    requests = {custom_id: params(text, thinking={"type": "adaptive"}) for custom_id, text in asked.items()}
    first = lines(requests, answers)

    again = lines(requests, Answers(canned=parse_canned(b"".join(first), "first")))

    assert again == first


def test_python_values_do_as_well() -> None:
    whole = msgspec.json.decode(MESSAGE)
    block = {"type": "text", "text": "a block"}
    answers = Answers(
        canned=canned(
            {
                "ok": whole,
                "bad": {"type": "errored", "error": msgspec.json.decode(ENVELOPE)},
                "gone": {"custom_id": "gone", "result": {"type": "canceled"}},
                "said": "Lima",
                "bare": [block],
            }
        )
    )
    made = results(ASKED, answers)

    assert made["ok"]["message"] == whole
    assert made["bad"]["error"] == msgspec.json.decode(ENVELOPE)
    assert made["gone"] == {"type": "canceled"}
    assert text_of(made["said"]["message"]) == "Lima"
    assert made["bare"]["message"]["content"] == [block]


def test_a_canned_text_is_cut_as_any_other() -> None:
    answers = Answers(canned=canned({"a": "one two three"}))

    assert text_of(message(params(stop_sequences=[" three"]), answers)) == "one two"
    assert text_of(message(params(max_tokens=1), answers)) == "one "


def test_whoever_has_no_canned_answer_can_be_an_errored_row() -> None:
    answers = Answers(canned=canned({"b": "there"}), missing="errored")

    assert error(params(), answers) == ("api_error", "no canned answer for custom_id 'a'")
    assert text_of(message(params(), answers, custom_id="b")) == "there"


def test_params_that_are_wrong_come_before_a_canned_answer() -> None:
    assert error(params(model="claude-none"), Answers(canned=canned({"a": "there"}))) == (
        "not_found_error",
        "model: claude-none",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is not JSON: "),
        ("[]", "Input should be a valid dictionary"),
        ('{"text":"x"}', "custom_id: Field required"),
        ('{"custom_id":"x"}', "a line has one of result, message and text"),
        ('{"custom_id":"x","text":"x","message":{}}', "a line has one of result, message and text"),
        ('{"custom_id":"x y","text":"x"}', "no request can have the custom_id 'x y': it matches"),
        ('{"custom_id":"said","text":"x"}', "custom_id 'said' is that of line 1 as well; keep one of them"),
        ('{"custom_id":"x","text":7}', "text: Input should be a valid string"),
        ('{"custom_id":"x","result":{"type":"done"}}', "result.type: Invalid value 'done'"),
        ('{"custom_id":"x","result":{"type":"succeeded"}}', "result.message: Field required"),
        (
            '{"custom_id":"x","result":{"type":"errored","error":{"type":"error"}}}',
            "result.error.error: Field required",
        ),
        ('{"custom_id":"x","message":{}}', "message.id: Field required"),
        (
            f'{{"custom_id":"x","message":{MESSAGE.replace("output_tokens", "out")}}}',
            "message.usage.output_tokens: Field",
        ),
        ('{"custom_id":"x","text":"\\ud800"}', "it is not JSON: "),
    ],
)
def test_a_bad_line_is_refused_with_its_file_and_number(tmp_path: Path, line: str, reason: str) -> None:
    path = file(tmp_path, f'{{"custom_id":"said","text":"x"}}\n\n{line}\n'.encode())

    with pytest.raises(UsageError) as refused:
        load_canned(path)

    assert str(refused.value).startswith(f"{path}, line 3: {reason}")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = file(
        tmp_path, FILE + FILE.replace(b"as it was", b"as \xff was").replace(b'"ok"', b'"k"').split(b"\n")[0]
    )

    with pytest.raises(UsageError, match="line 7: it is not JSON: 'utf-8' codec"):
        load_canned(path)


def test_a_file_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the canned answers in .*nowhere[.]jsonl: No such file"):
        load_canned(tmp_path / "nowhere.jsonl")


def test_a_python_value_that_is_no_answer_is_refused_by_its_custom_id() -> None:
    with pytest.raises(UsageError, match=r"canned answer of 'x': message[.]id: Field required"):
        canned({"x": {"content": []}})
    with pytest.raises(
        UsageError, match="canned answer of 'x': 7 is no str, no list of content blocks and no message"
    ):
        canned({"x": 7})


def test_a_canned_error_is_told_as_it_is() -> None:
    came: Json = result(params(), Answers(canned=canned({"a": {"type": "expired"}})))

    assert came == {"type": "expired"}
