"""A fault on one exchange: which one it is, and whether it found anything to bite on.

It does not know what faults do; whoever brings one about says that it bit.
"""

from msgspec import Struct

from batchmock.faults import AnyFault


class Strike(Struct, gc=False):
    """A fault that strikes an exchange; ``place`` is its place in the scenario, from 0."""

    place: int
    fault: AnyFault
    has_bitten: bool = False
