"""What is told of plain params at a glance is what the whole check says of them."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from batchmock.params.check import finder
from batchmock.params.plain import plainly_in_order
from batchmock.params.terms import Terms
from tests.mockserver.params.asking import (
    BATCH,
    BATCH_BETA,
    BATCH_NEWER,
    COUNT,
    HAIKU,
    SONNET,
    SYNC,
    params,
)

# Nothing is wrong with it, and only the whole check knows it.
ASIDE = b'"tools":[]'


def one(**changes: str) -> str:
    """Return a conversation of one turn as JSON."""
    turn = {"role": '"user"', "content": '"Name one prime."'} | changes
    return f"[{{{','.join(f'{json.dumps(key)}:{value}' for key, value in turn.items())}}}]"


GOOD = {"model": '"claude-haiku-4-5"', "max_tokens": "100", "messages": one(), "system": '"Be brief."'}
TEXTS = st.one_of(
    st.text().map(json.dumps),
    st.text(max_size=3).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(
        ['""', '" \\n"', '"\\u2028\\u00a0"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\x"', '"a', "null", "7", "[]"]
    ),
    st.just('[{"type":"text","text":"a"}]'),
)
LENGTHS = ["1", "0", "-1", "8192", "64000", "64001", "1e3", "5.0", "5.5", f"{2**70}", '"5"', "true"]
ODD: dict[str, st.SearchStrategy[str]] = {
    "model": st.sampled_from([f'"{HAIKU}"', f'"{SONNET}"', '"claude-none"', '""', "null", "7"]),
    "max_tokens": st.sampled_from(LENGTHS),
    "messages": st.one_of(
        TEXTS.map(lambda text: one(content=text)),
        st.sampled_from(['"assistant"', '"system"', "null"]).map(lambda role: one(role=role)),
        st.sampled_from([one(name='"a"'), "[]", "[{}]", "{}", one()[:-1] + "," + one(role='"assistant"')[1:]]),
    ),
    "system": TEXTS,
    "stream": st.just("true"),
}


@st.composite
def nearly_plain(draw: st.DrawFn) -> bytes:
    """Draw a plain request as JSON with one odd field: by its value, by being there, or by missing."""
    name = draw(st.sampled_from(sorted(ODD)))
    odd, good = (name, draw(ODD[name])), list(GOOD.items())
    kept = draw(st.sampled_from([good, [field for field in good if field[0] != name]]))
    fields = draw(st.sampled_from([[*kept, odd], [odd, *kept], kept]))
    return f"{{{','.join(f'{json.dumps(key)}:{value}' for key, value in fields)}}}".encode(
        "utf-8", "surrogatepass"
    )


@given(nearly_plain(), st.sampled_from([BATCH, BATCH_NEWER, BATCH_BETA, SYNC, COUNT]))
def test_a_glance_and_the_whole_check_agree(asked: bytes, terms: Terms) -> None:
    find = finder(terms)

    assert (find(asked) is None) == (find(asked[:-1] + b"," + ASIDE + b"}") is None)


def test_a_glance_is_enough_for_a_text_to_a_model() -> None:
    look = plainly_in_order(lambda model, max_tokens: True)

    assert look(msgspec.json.encode(params(system="Be brief.")))
    assert not look(msgspec.json.encode(params(temperature=1)))
