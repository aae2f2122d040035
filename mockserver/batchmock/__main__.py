"""``python -m batchmock``: the emulator's own commands."""

from batchmock.cli import main

main()
