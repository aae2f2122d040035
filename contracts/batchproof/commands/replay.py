"""``batchproof replay``: play a saved plan to a client again.

It does not know how plans are found.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchproof.commands.target import WithTarget, with_target
from batchproof.commands.words import INTERRUPTED, told
from batchproof.errors import UsageError
from batchproof.run import Target

if TYPE_CHECKING:
    from batchproof.contract import Contract


@click.command(cls=WithTarget)
@click.argument("plan", type=click.Path(dir_okay=False, path_type=Path))
@with_target
@click.option("--strict", "is_strict", is_flag=True, help="Fail if a SHOULD is broken, too.")
@click.option("--plain", is_flag=True, help="No colours.")
def replay(plan: Path, target: Target, *, is_strict: bool, plain: bool) -> None:
    """Play a saved plan to a client again, and show what happens.

    \b
      batchproof replay .batchproof/J1.json my.module:run
      batchproof replay .batchproof/J1.json -- ./my-client

    What the client prints is shown as it comes, and a breakpoint of its own works. The exit codes are those of
    batchproof verify.
    """
    with told():
        sys.exit(_replay(plan, target, is_strict=is_strict, plain=plain))


def _replay(plan: Path, target: Target, *, is_strict: bool, plain: bool) -> int:
    from batchproof.catalogue.index import CATALOGUE
    from batchproof.plan_file import read_file
    from batchproof.replaying import replay as play
    from batchproof.reports.terminal import console_for, show_replay

    file = read_file(plan)
    contract = CATALOGUE.get(file.contract)
    if contract is None:
        raise UsageError(
            f"{plan}: contract is {file.contract!r}, which there is not; `batchproof contracts` lists them"
        )
    try:
        found = play(file, contract, target)
    except KeyboardInterrupt:
        return INTERRUPTED
    show_replay(console_for(plain=plain), contract, found)
    return 1 if _fails(found.verdict.word, contract, is_strict=is_strict) else 0


def _fails(word: str, contract: "Contract", *, is_strict: bool) -> bool:
    return word == "broken" and (is_strict or contract.level == "MUST")
