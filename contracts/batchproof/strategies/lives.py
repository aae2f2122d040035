"""What befalls a client's process: kills at moments that a server sees, one after another, then a life in peace.

Nothing goes wrong with the network after the first life, and the last is left to come to its end: whatever was
done to a client before, it has to be whole again then. It does not know contracts.
"""

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

from batchmock.times import HOUR
from batchproof.plan import WHOLE_LIFE, Damage, Edit, Life, Moment

Lives = tuple[Life, ...]

# More exchanges than the life of a small batch has.
EXCHANGES_MAX = 24


def moments(*, most: int = EXCHANGES_MAX) -> SearchStrategy[Moment]:
    """Return moments in the first exchanges of a life."""
    return st.builds(Moment, exchange=st.integers(1, most), phase=st.sampled_from(["before", "after", "within"]))


def killed_once() -> SearchStrategy[Lives]:
    """Return a life that is killed, and one that goes on from there."""
    return moments().map(lambda at: (Life(kill=at), WHOLE_LIFE))


@st.composite
def killed_again(draw: st.DrawFn, *, most: int = 4) -> Lives:
    """Draw up to so many lives that are killed, some of them hours apart, and one that goes on from there."""
    waits = st.sampled_from([0, HOUR, 30 * HOUR])
    killed = [Life(kill=draw(moments()), waited=draw(waits)) for _ in range(draw(st.integers(1, most)))]
    return (*killed, Life(waited=draw(waits)))


def damages() -> SearchStrategy[Damage]:
    """Return what may happen to a client's state between two lives."""
    share = st.floats(0, 1, allow_nan=False, width=32)
    return st.builds(Damage, how=st.sampled_from(["truncate", "flip", "empty"]), at=share)


def edits() -> SearchStrategy[Edit]:
    """Return what may be different about a call the next time; rows beyond the second stay."""
    what = st.sampled_from(["prompt", "model", "order", "api_key"])
    return st.builds(Edit, what=what, row=st.integers(0, 1))
