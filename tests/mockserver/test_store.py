"""The store agrees with the plainest model of it: a list, newest last."""

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from batchmock.facts import BatchFacts, Submission
from batchmock.scenario import Scenario
from batchmock.store import MemoryStore, Slice

limits = st.integers(1, 5)


class StoreAgreesWithAList(RuleBasedStateMachine):
    batches: Bundle[str] = Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.model: list[BatchFacts] = []
        self.made = 0

    @rule(target=batches)
    def add(self) -> str:
        self.made += 1
        submission = Submission(
            id=f"b{self.made}",
            number=self.made,
            created_at=0,
            requests=(),
            scenario=Scenario(),
            api_version="2023-06-01",
        )
        self.model.append(BatchFacts(submission))
        self.store.put(self.model[-1])
        return submission.id

    @rule(batch_id=batches, at=st.integers(0, 9))
    def learn(self, batch_id: str, at: int) -> None:
        index = self.place(batch_id)
        self.model[index] = BatchFacts(self.model[index].submission, at)
        self.store.put(self.model[index])

    @rule(batch_id=consumes(batches))
    def delete(self, batch_id: str) -> None:
        del self.model[self.place(batch_id)]
        self.store.delete(batch_id)
        assert self.store.get(batch_id) is None

    @rule(limit=limits)
    def newest(self, limit: int) -> None:
        assert self.store.newest(limit) == Slice(self.model[::-1][:limit], len(self.model) > limit)

    @rule(batch_id=batches, limit=limits)
    def older(self, batch_id: str, limit: int) -> None:
        rest = self.model[: self.place(batch_id)]
        assert self.store.older_than(batch_id, limit) == Slice(rest[::-1][:limit], len(rest) > limit)

    @rule(batch_id=batches, limit=limits)
    def newer(self, batch_id: str, limit: int) -> None:
        rest = self.model[self.place(batch_id) + 1 :]
        assert self.store.newer_than(batch_id, limit) == Slice(rest[:limit][::-1], len(rest) > limit)

    @invariant()
    def holds_the_same(self) -> None:
        assert self.store.all() == self.model
        assert len(self.store) == len(self.model)

    def place(self, batch_id: str) -> int:
        return next(index for index, facts in enumerate(self.model) if facts.submission.id == batch_id)


TestStoreAgreesWithAList = StoreAgreesWithAList.TestCase
