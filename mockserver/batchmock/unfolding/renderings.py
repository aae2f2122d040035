"""The JSON of the batches at hand, so that a poll need not write anew what has not changed since the last one.

A cache and nothing more: what is not in it is rendered again from the view, and comes out the same.
"""

import msgspec
from msgspec import Raw, Struct

from batchmock.facts import BatchFacts
from batchmock.unfolding.projection import BatchView, render
from batchmock.wire.batch import ProcessingStatus

_encode = msgspec.json.Encoder().encode


class _Rendering(Struct, frozen=True):
    """The JSON of a batch, and all that it came of."""

    facts: BatchFacts
    status: ProcessingStatus
    is_archived: bool
    results_url: str
    json: Raw

    def shows(self, view: BatchView, results_url: str) -> bool:
        """Whether it is what a view would be rendered as."""
        return (
            self.facts is view.facts
            and self.status == view.status
            and self.is_archived == (view.archived_at is not None)
            and self.results_url == results_url
        )


class Renderings:
    """Renderings by batch id, the last of each."""

    def __init__(self) -> None:
        self._last: dict[str, _Rendering] = {}

    def of(self, view: BatchView, results_url: str) -> Raw:
        """Return a batch as JSON; ``results_url`` is where this client can reach the results."""
        batch_id = view.facts.submission.id
        last = self._last.get(batch_id)
        if last is None or not last.shows(view, results_url):
            json = Raw(_encode(render(view, results_url)))
            last = _Rendering(view.facts, view.status, view.archived_at is not None, results_url, json)
            if not view.is_moving:
                self._last[batch_id] = last
        return last.json

    def forget(self, batch_id: str) -> None:
        """Drop what is held of a batch."""
        self._last.pop(batch_id, None)
