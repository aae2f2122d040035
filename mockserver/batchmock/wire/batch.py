"""The batch object, its counts, a page of batches and the mark of a deleted one, as clients receive them.

Field order is the wire's, as recordings of 2025 and 2026 show it; a field without a value is ``null``, never
left out. It does not know how the values come about.
"""

from typing import Literal

from msgspec import Raw, Struct

ProcessingStatus = Literal["in_progress", "canceling", "ended"]


class RequestCounts(Struct, frozen=True):
    """How many requests of a batch are in each state; the five always sum to the number of requests."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class MessageBatch(Struct, frozen=True, kw_only=True):
    """A batch as a client sees it. Source: https://platform.claude.com/docs/en/api/messages/batches."""

    id: str
    type: Literal["message_batch"] = "message_batch"
    processing_status: ProcessingStatus
    request_counts: RequestCounts
    ended_at: str | None
    created_at: str
    expires_at: str
    archived_at: str | None
    cancel_initiated_at: str | None
    results_url: str | None


class BatchPage(Struct, frozen=True):
    """Batches in JSON, newest first; ``first_id`` and ``last_id`` are this page's, null when it is empty."""

    data: list[Raw]
    has_more: bool
    first_id: str | None
    last_id: str | None


class DeletedMessageBatch(Struct, frozen=True):
    """What a delete call answers."""

    id: str
    type: Literal["message_batch_deleted"] = "message_batch_deleted"
