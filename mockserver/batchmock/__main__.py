"""``python -m batchmock``: the emulator's commands, without the rest of ``batchproof``."""

from batchmock.cli.check import check
from batchmock.cli.scenario import scenario
from batchmock.cli.serve import serve
from batchmock.cli.words import OneLineGroup

OneLineGroup("batchmock", commands=[serve, scenario, check], help=__doc__).main(prog_name="batchmock")
