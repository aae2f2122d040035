"""``batchproof contracts``: what there is to keep, and one of them explained.

It does not know how they are judged.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click
import msgspec

from batchproof.commands.words import told

if TYPE_CHECKING:
    from batchproof.contract import Contract

_WIDTH = 78


@click.command(short_help="List what clients have to keep, or explain some of it.")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def contracts(ids: tuple[str, ...], *, as_json: bool) -> None:
    """List the contracts that a client of message batches has to keep, or explain some of them.

    \b
      batchproof contracts        all of them, a line each
      batchproof contracts J1     what J1 says, and how to mend a client
      batchproof contracts 'R*'   those of which the id begins with R
    """
    with told():
        from batchproof.catalogue.index import CATALOGUE
        from batchproof.choice import meant

        chosen = [CATALOGUE[name] for name in (meant(ids, CATALOGUE) if ids else CATALOGUE)]
    if as_json:
        told_all = [as_document(contract) for contract in chosen]
        click.echo(msgspec.json.format(msgspec.json.encode(told_all), indent=2))
    elif ids:
        click.echo("\n\n".join("\n".join(_explained(contract)) for contract in chosen))
    else:
        click.echo("\n".join(_listed(chosen)))


def as_document(contract: "Contract") -> dict[str, Any]:
    """Return what a contract says, without what it does."""
    return {
        "id": contract.id,
        "level": contract.level,
        "family": contract.family,
        "title": contract.title,
        "statement": contract.statement,
        "story": contract.story,
        "why": contract.why,
        "fix": contract.fix,
        "needs": sorted(contract.needs),
        "is_manners": contract.is_manners,
    }


def _listed(chosen: "Sequence[Contract]") -> Iterator[str]:
    family = None
    width = max(len(contract.id) for contract in chosen)
    for contract in chosen:
        if contract.family != family:
            family = contract.family
            yield click.style(family, bold=True)
        needs = f" (needs {', '.join(sorted(contract.needs))})" if contract.needs else ""
        yield f"  {contract.id:{width}}  {contract.level:6}  {contract.title}{needs}"


def _explained(contract: "Contract") -> Iterator[str]:
    yield f"{click.style(contract.id, bold=True)}  {contract.title}"
    yield f"{contract.level}, {contract.family}" + (", manners" if contract.is_manners else "")
    for heading, text in (
        ("what", contract.statement),
        ("story", contract.story),
        ("seen", contract.why),
        ("mend", contract.fix),
        ("needs", ", ".join(sorted(contract.needs)) or "nothing beside run"),
        ("judge", f"batchproof verify --only {contract.id} CLIENT"),
    ):
        yield ""
        first, *rest = wrap(text, _WIDTH - 8, break_long_words=False, break_on_hyphens=False) or [""]
        yield f"{click.style(f'{heading:6}', bold=True)}  {first}"
        yield from (f"        {line}" for line in rest)
