"""What official SDKs make of a bad day: retried, raised, or not noticed at all.

Source: probes of the SDKs against toy servers, 2026-11. What is not noticed is what a client has to count for.
"""

import pytest

from batchmock.clock import ClockSetting
from batchmock.scenarios.document import read_toml
from batchmock.server import running
from batchmock.settings import Settings
from tests.sdks.official_client import Program, RefusedError, Sdk
from tests.sdks.workspace import Json, Workspace, asking, new_key


def results_under(program: Program, fault: str) -> list[Json]:
    """Return what an SDK gives of the results of three requests, when this goes wrong with their download."""
    scenario = read_toml(f'[[faults]]\non = ["results"]\n{fault}')
    with running(Settings(clock=ClockSetting(mode="manual"), scenario=scenario)) as url:
        workspace = Workspace(program, "stable", url, new_key())
        batch = workspace.create([asking(name) for name in "abc"])
        workspace.advance("25h")
        return workspace.results(batch["id"])


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        ('kind = "lines"\nfinal_line_end = false', 3),
        ('kind = "lines"\nescape = true', 3),
        ('kind = "rows"\nmissing = true', 0),
        ('kind = "rows"\nrows = [1]\nrepeat = 1', 4),
        ('kind = "rows"\nstrangers = 1', 4),
        ('kind = "rows"\nmerge = { result = { type = "postponed" } }', 3),
        ('kind = "drip"\nsize = 1', 3),
        ('kind = "headers"\nset = { content-type = "application/binary" }', 3),
    ],
)
def test_an_sdk_takes_it_as_it_comes(program: Program, fault: str, rows: int) -> None:
    assert len(results_under(program, fault)) == rows


def test_a_cut_between_lines_at_the_end_of_the_connection_is_noticed_by_no_sdk(program: Program) -> None:
    cut = 'kind = "close"\nafter_lines = 1\nframing = "until_close"'

    assert len(results_under(program, cut)) == 1


@pytest.mark.parametrize(
    ("fault", "python", "typescript"),
    [
        ('kind = "lines"\nblank_every = 1', "JSONDecodeError", "SyntaxError"),
        ('kind = "close"\nafter_lines = 1', "RemoteProtocolError", "terminated"),
        ('kind = "close"\nafter_lines = 1\nframing = "length"', "RemoteProtocolError", "terminated"),
        ('kind = "reset"\nafter_lines = 1', "ReadError", "terminated"),
        (
            'kind = "close"\nafter_lines = 1\ninside = true\nframing = "until_close"',
            "JSONDecodeError",
            "SyntaxError",
        ),
    ],
)
def test_a_broken_download_is_no_error_of_the_sdks_own(
    program: Program, sdk: Sdk, fault: str, python: str, typescript: str
) -> None:
    expected = python if sdk.name.startswith("python") else typescript

    with pytest.raises(AssertionError, match=expected):
        results_under(program, fault)


@pytest.mark.parametrize(
    ("fault", "classes"),
    [
        ('kind = "answer"\nstatus = 404', {"NotFoundError"}),
        ('kind = "answer"\nstatus = 529', {"OverloadedError", "InternalServerError"}),
        ('kind = "answer"\nstatus = 502\nbody = "<html>"', {"InternalServerError"}),
        ('kind = "reset"\nwhen = "instead"', {"APIConnectionError"}),
        ('kind = "close"\nwhen = "after"', {"APIConnectionError"}),
    ],
)
def test_what_comes_in_the_place_of_an_answer_is_an_error_of_the_sdks_own(
    program: Program, fault: str, classes: set[str]
) -> None:
    with pytest.raises(RefusedError) as refused:
        results_under(program, fault)
    assert refused.value.refusal.error_class in classes


def test_a_create_whose_answer_is_lost_raises_and_has_made_a_batch(program: Program) -> None:
    scenario = read_toml('[[faults]]\nkind = "reset"\non = ["create"]\ncalls = [1]')
    with running(Settings(clock=ClockSetting(mode="manual"), scenario=scenario)) as url:
        workspace = Workspace(program, "stable", url, new_key())
        with pytest.raises(RefusedError):
            workspace.create([asking("a")])

        assert len(workspace.walk(limit=20)) == 1
