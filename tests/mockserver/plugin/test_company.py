"""Suites that pass, in the company of other plugins: of event loops, and Hypothesis."""

from pathlib import Path

from tests.mockserver.plugin.runs import run


def test_every_suite_passes_in_one_run(tmp_path: Path) -> None:
    """Sync and async tests, with pytest-asyncio, anyio and pytest-trio, on loops that last; Hypothesis.

    anyio comes last: while a trio lasts that it runs between tests, nobody else can run one.
    """
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.toml").write_text('[timing]\nbatch = "5h"\n')

    ran = run(
        tmp_path,
        "in_process",
        "on_a_server",
        "event_loops",
        "examples",
        "anyio_backends",
        env={"RECORD": str(tmp_path)},
    )

    refused = ran.outcomes.pop("test_the_fixture_is_refused_by_hypothesis")
    assert (refused, set(ran.outcomes.values())) == ("failed", {"passed"}), ran.text
    assert len(ran.outcomes) == 14 + 10 + 6 + 7 + 10
    assert "replacing the fixture with a similar context manager" in ran.text
