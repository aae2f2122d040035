"""Under which terms a request's params are checked: the endpoint, the headers, the models there are.

It does not know the params.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from batchmock.models import MODELS, Model

Surface = Literal["batch", "messages", "count_tokens"]

# It took things away: https://platform.claude.com/docs/en/api/migration-2026-10-21, read 2026-11.
STRICTER_VERSION = "2026-10-21"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for every request of one call; ``user_profile_id`` is the header's."""

    surface: Surface = "batch"
    api_version: str
    betas: frozenset[str] = frozenset()
    user_profile_id: str | None = None
    models: Mapping[str, Model] = field(default_factory=lambda: MODELS)
