"""What is not known of the API, each as a switch: its default is what is thought, the others what may be.

A client should work under all of them. It does not know how any of them is brought about; ``docs/switches.md``
lists them, ``docs/fidelity.md`` says what each default rests on.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from batchmock.times import refuse_unbounded
from batchmock.timing import Duration

# Of the values of a switch, the default comes first.
Present = Literal["present", "absent"]
Absent = Literal["absent", "present"]


class Lag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long something that is there is answered as if it were not: for so many reads, and for so long."""

    reads: Annotated[int, Meta(ge=0)] = 0
    time: Duration = 0

    def __post_init__(self) -> None:
        refuse_unbounded(time=self.time)

    def hides(self, reads: int, elapsed: int) -> bool:
        """Tell whether a read is too early: after so many that were, so long after there was something to read."""
        return reads < self.reads or elapsed < self.time


NO_LAG = Lag()


class Switches(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The API's behaviour where sources are silent or disagree.

    Taken from the scenario of the workspace, at each call:

    - ``version_header``: a call without ``anthropic-version`` is refused, or is one of ``2023-06-01``.
    - ``extra_keys``: a create body with keys that it should not have is refused, or they are ignored.
    - ``packed_bodies``: a create body packed with gzip is refused, or unpacked.
    - ``megabyte``: the limits on bodies are in 10**6 bytes, or in 2**20.
    - ``queue_overflow``: a batch that does not fit in the queue is refused, or waits until it does.
    - ``both_cursors``: a list call with two cursors is refused, or ``after_id`` counts.
    - ``unknown_cursor``: a cursor that is no batch is a 404, or leads to an empty page.
    - ``retry_after``: a 429 that will pass says when to come again, or does not.
    - ``ratelimit_headers``: answers say what is left of the rate, or do not.
    - ``error_request_id``: the body of an error repeats the request's id, or does not.
    - ``edge_request_id``: so do the headers of an error of the edge, or they have no id at all.
    - ``unknown_keys``: every object that a client receives has a key that nobody knows, or none has.

    Taken from the scenario that a batch was created under, for all of its life:

    - ``batch_ids``: the batch's id looks as in recordings, or has another format and length.
    - ``unsupported_params``: params that batches do not take make an errored row, or refuse the create.
    - ``speed_parameter``: ``speed`` is such a parameter whatever its value, or is not at ``standard``.
    - ``timestamps``: they end in ``+00:00``, or in ``Z``.
    - ``archived_results_url``: ``results_url`` of archived results is null, or stays.
    - ``cancel_of_ended``: canceling a batch that has ended is a 400, changes nothing, or is a 409.
    - ``results_headers``: those of the present, or those of early 2025.
    - ``later_downloads``: results come in the same order each time, or in another one.
    - ``create_lag``: a new batch is not found at first.
    - ``results_lag``: the results of a batch that has ended are not there at first.
    """

    version_header: Literal["required", "optional"] = "required"
    extra_keys: Literal["refuse", "ignore"] = "refuse"
    packed_bodies: Literal["refuse", "accept"] = "refuse"
    megabyte: Literal["decimal", "binary"] = "decimal"
    queue_overflow: Literal["refuse", "stall"] = "refuse"
    both_cursors: Literal["refuse", "after_id"] = "refuse"
    unknown_cursor: Literal["not_found", "empty_page"] = "not_found"
    retry_after: Present = "present"
    ratelimit_headers: Absent = "absent"
    error_request_id: Present = "present"
    edge_request_id: Present = "present"
    unknown_keys: Absent = "absent"

    batch_ids: Literal["recorded", "other"] = "recorded"
    unsupported_params: Literal["row", "create"] = "row"
    speed_parameter: Literal["refuse", "accept_standard"] = "refuse"
    timestamps: Literal["offset", "z"] = "offset"
    archived_results_url: Literal["null", "kept"] = "null"
    cancel_of_ended: Literal["refuse", "ignore", "conflict"] = "refuse"
    results_headers: Literal["current", "early"] = "current"
    later_downloads: Literal["same", "reshuffled"] = "same"
    create_lag: Lag = NO_LAG
    results_lag: Lag = NO_LAG

    @property
    def megabyte_bytes(self) -> int:
        """How many bytes a megabyte has."""
        return 2**20 if self.megabyte == "binary" else 10**6


ALL_DEFAULTS = Switches()
