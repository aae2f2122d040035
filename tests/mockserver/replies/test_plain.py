"""Plain requests: what is printed in one pass is what the long way comes to, to the byte."""

from hypothesis import given
from hypothesis import strategies as st

from batchmock.models import MODELS
from batchmock.replies.answers import Answers
from tests.mockserver.replies.asking import Json, lines, params, said

# Whatever is said of a request that is not there sends all others the long way.
THE_LONG_WAY = Answers(stops={"nobody": "refusal"})

turns = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": said})
conversations = st.tuples(turns, turns, st.just({"role": "user", "content": "last"})).map(list[Json])
more: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(sorted(name for name, model in MODELS.items() if model.lifecycle != "retired")),
        "max_tokens": st.integers(1, 60),
        "messages": conversations,
        "system": said,
        "metadata": st.just({"user_id": "u"}),
        "service_tier": st.just("auto"),
        "stream": st.just(False),
        "stop_sequences": st.lists(said, max_size=2),
        "temperature": st.just(1),
        "tools": st.just([]),
    },
)
custom_ids = st.text("ab-_7", min_size=1, max_size=64)
batches = st.dictionaries(
    custom_ids, st.builds(params, said) | more.map(lambda fields: params(**fields)), min_size=1
)


@given(batches, st.integers(0, 3))
def test_both_ways_lead_to_the_same_lines(asked: dict[str, Json], seed: int) -> None:
    assert lines(asked, seed=seed) == lines(asked, THE_LONG_WAY, seed=seed)
