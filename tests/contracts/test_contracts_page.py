"""docs/contracts.md: it tells every contract, every option and every field."""

import subprocess
import sys

from batchproof.catalogue.index import CATALOGUE
from batchproof.commands.verify import verify
from scripts.contracts_page import PAGE, page


def test_the_page_has_the_catalogue_as_it_is() -> None:
    """``python -m scripts.contracts_page`` writes it anew."""
    text = PAGE.read_text()

    assert [name for name in CATALOGUE if f"\n| {name} | " not in text] == []
    assert text == page(text)


def test_every_option_of_verify_has_its_help_and_is_on_the_page() -> None:
    text = PAGE.read_text()
    options = [option for option in verify.params if option.param_type_name == "option"]

    assert [option.name for option in options if not getattr(option, "help", None)] == []
    assert [name for option in options for name in option.opts if name not in text] == []


def test_strategies_are_there_for_users_to_compose() -> None:
    asked = "from batchproof import strategies; import batchproof.strategies.plans; strategies.plans.plans()"

    subprocess.run([sys.executable, "-W", "error", "-c", asked], check=True, capture_output=True)
