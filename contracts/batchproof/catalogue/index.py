"""All contracts by id, in the order in which reports show them.

It does not know what any of them says.
"""

from collections.abc import Mapping

from batchproof.catalogue import (
    crash,
    identity,
    invariants,
    outcomes,
    polling,
    refusals,
    results,
    secrets,
    submission,
)
from batchproof.contract import Contract

_FAMILIES = (invariants, identity, outcomes, submission, refusals, polling, results, crash, secrets)

CATALOGUE: Mapping[str, Contract] = {
    contract.id: contract for family in _FAMILIES for contract in family.CONTRACTS
}
