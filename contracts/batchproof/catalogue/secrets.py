"""Secrets: the API key goes where it belongs, and nowhere else.

It does not know how plans are played.
"""

from batchmock.faults import Answer, Patch
from batchproof.catalogue.calm import TWO, faulty
from batchproof.checks.all_of import all_of
from batchproof.checks.returns import ends_by_itself
from batchproof.checks.secrets import key_stays_home
from batchproof.contract import Contract
from batchproof.plan import Plan

_THERE = "{elsewhere}/elsewhere/{id}"

CONTRACTS = (
    Contract(
        id="R11",
        level="MUST",
        family="secrets",
        title="The key is sent to the API alone",
        statement="A client MUST NOT send its credential to any other origin than the one it was given, "
        "whatever results_url or a redirect says.",
        story="The SDKs dial results_url as it is, with the key in the header; some HTTP libraries forward "
        "x-api-key across a redirect.",
        why="https://github.com/openai/openai-python/issues/3516",
        fix="Compare origins, and send elsewhere without the key, or not at all.",
        check=all_of(key_stays_home, ends_by_itself),
        table=(
            Plan(rows=TWO),
            faulty(Patch(on=("retrieve",), merge={"results_url": _THERE})),
            *(
                faulty(Answer(on=("results",), status=status, headers={"location": _THERE}))
                for status in (301, 302, 307, 308)
            ),
            faulty(Answer(on=("retrieve",), calls=(2,), status=307, headers={"location": _THERE})),
        ),
    ),
)
