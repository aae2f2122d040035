"""All mutants, by id.

It does not know what is wrong with any of them.
"""

from collections.abc import Mapping

from batchproof.zoo.mutant import Mutant
from batchproof.zoo.mutants_identity import IDENTITY
from batchproof.zoo.mutants_outcomes import OUTCOMES
from batchproof.zoo.mutants_pairs import PAIRS
from batchproof.zoo.mutants_polling import POLLING
from batchproof.zoo.mutants_results import RESULTS
from batchproof.zoo.mutants_submission import SUBMISSION

MUTANTS: Mapping[str, Mutant] = {
    one.id: one for family in (IDENTITY, OUTCOMES, SUBMISSION, POLLING, RESULTS, PAIRS) for one in family
}
