"""All mutants, by id.

It does not know what is wrong with any of them.
"""

from collections.abc import Mapping

from batchproof.zoo.mutant import Mutant
from batchproof.zoo.mutants.identity import IDENTITY
from batchproof.zoo.mutants.outcomes import OUTCOMES
from batchproof.zoo.mutants.pairs import PAIRS
from batchproof.zoo.mutants.polling import POLLING
from batchproof.zoo.mutants.requests import REQUESTS
from batchproof.zoo.mutants.results import RESULTS
from batchproof.zoo.mutants.submission import SUBMISSION

MUTANTS: Mapping[str, Mutant] = {
    one.id: one for family in (IDENTITY, OUTCOMES, SUBMISSION, REQUESTS, POLLING, RESULTS, PAIRS) for one in family
}
