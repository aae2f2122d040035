"""All contracts by id, in the order in which reports show them.

It does not know what any of them says.
"""

from collections.abc import Mapping

from batchproof.catalogue import identity
from batchproof.contract import Contract

CATALOGUE: Mapping[str, Contract] = {contract.id: contract for module in (identity,) for contract in module.CONTRACTS}
