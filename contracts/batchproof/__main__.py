"""``python -m batchproof``: the ``batchproof`` command."""

from batchproof.cli import main

main()
