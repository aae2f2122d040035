"""Temperature and its siblings, which 2023-06-01 still takes, of the models that still do.

It does not know other parameters. Sources stand in ``params/rules.py``.
"""

from typing import Final

from batchmock.params.case import Case
from batchmock.params.finding import Finding, at
from batchmock.wire.refusal import EXTRA

# In the order in which the API reports them.
SAMPLING: Final = ("temperature", "top_k", "top_p")
# What the parameters are worth when left out; as good as left out.
_DEFAULTS: Final = {"temperature": (1,), "top_k": (), "top_p": (1, 0.99)}


def removed(case: Case) -> Finding | None:
    """Find a sampling parameter, whatever its value."""
    return next((at(key, EXTRA) for key in SAMPLING if key in case.params), None)


def out_of_range(case: Case) -> Finding | None:
    """Find a ``temperature`` or ``top_p`` outside of 0 to 1."""
    for key in ("temperature", "top_p"):
        if not 0 <= case.params.get(key, 0) <= 1:
            return at(key, "range: 0..1")
    return None


def deprecated(case: Case) -> Finding | None:
    """Find a sampling parameter that is not at its default, for a model of 4.7 or later."""
    if case.model.budgeted_thinking:
        return None
    for key in SAMPLING:
        if key in case.params and case.params[key] not in _DEFAULTS[key]:
            return Finding(key, f"`{key}` is deprecated for this model.")
    return None


def both(case: Case) -> Finding | None:
    """Find ``temperature`` and ``top_p`` together, for a model before 4.7."""
    if "top_p" not in case.params or not case.model.budgeted_thinking:
        return None
    sentence = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    return Finding("top_p", sentence)


def beside_thinking(case: Case) -> Finding | None:
    """Find a ``temperature`` other than 1 in a request that thinks."""
    if case.thinking not in ("enabled", "adaptive") or case.params["temperature"] == 1:
        return None
    return Finding(
        "temperature",
        "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please consult our "
        "documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
        "#important-considerations-when-using-extended-thinking",
    )
