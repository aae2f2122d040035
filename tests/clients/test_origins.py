"""Results are read from where the batch says, and no credential goes anywhere else."""

import pytest

from batchclient.errors import ForeignOriginError, ResultsError
from batchclient.run import UnfinishedError
from tests.clients.wire import Answered, Served, shown
from tests.clients.world import World, some, with_policy


@pytest.mark.parametrize("trusted", [False, True])
def test_no_credential_goes_to_another_origin_unless_told(world: World, trusted: bool) -> None:
    elsewhere = world.url.replace("127.0.0.1", "localhost")
    moved = Served(lambda body: [body.replace(b"127.0.0.1", b"localhost")])
    world.wire.plan = {("retrieve", n): moved for n in range(9)}
    if trusted:
        with with_policy(world, results_origins=frozenset({elsewhere})).run(some(2)) as run:
            assert run.counts.succeeded == 2
        return

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(2))
    assert isinstance(raised.value.causes[0], ForeignOriginError)
    assert all(seen.url.startswith(world.url) for seen in world.wire.seen)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_at_home_and_nowhere_else(world: World, status: int) -> None:
    world.wire.plan = {("results", 0): Answered(status, headers={"location": "http://localhost:1/results"})}
    with pytest.raises(UnfinishedError) as raised:
        world.run(some(2))
    assert isinstance(raised.value.causes[0], ForeignOriginError)
    assert not any("localhost" in seen.url for seen in world.wire.seen)

    at_home = world.wire.seen[-1].url.removeprefix(world.url)
    world.wire.plan = {("results", 1): Answered(status, headers={"location": at_home})}
    with world.resume(raised.value.run) as run:
        assert run.counts.succeeded == 2


UNHEARD_OF = [
    "http://[x", "//", "///evil.example/x", "/\\evil.example", "a\x00b", "\tx", "https:///x", "http:", "%zz",
    "\u2028", "..", " http://evil.example/", "http://user:pw@127.0.0.1/x", "x" * 70_000,
]  # fmt: skip


@pytest.mark.parametrize("where", UNHEARD_OF, ids=map(repr, range(len(UNHEARD_OF))))
@pytest.mark.parametrize("by", ["results_url", "redirect"])
def test_wherever_results_are_said_to_be_nothing_goes_to_another_origin_and_it_is_told(
    world: World, where: str, by: str
) -> None:
    if by == "results_url":
        world.wire.plan = {("retrieve", n): shown(results_url=where) for n in range(50)}
    else:
        moved = Answered(307, headers={"location": where.encode("ascii", "replace").decode()})
        world.wire.plan = {("results", n): moved for n in range(50)}

    with pytest.raises(UnfinishedError) as raised:
        world.run(some(2))
    assert isinstance(raised.value.causes[0], ForeignOriginError | ResultsError)
    assert all(seen.url.startswith(world.url) for seen in world.wire.seen)
    assert "\x00" not in str(raised.value)


@pytest.mark.parametrize("suffix", ["?sig=%2F&x={q}", "?a=1&a=2"])
def test_results_url_is_followed_as_it_stands(world: World, suffix: str) -> None:
    moved = Served(lambda body: [body.replace(b'/results"', b"/results" + suffix.encode() + b'"')])
    world.wire.plan = {("retrieve", n): moved for n in range(9)}

    with world.run(some(2)) as run:
        assert run.counts.succeeded == 2
    asked = next(seen.url for seen in world.wire.seen if seen.operation == "results")
    assert asked.replace("%7B", "{").replace("%7D", "}").endswith(suffix)


def test_a_relative_results_url_is_below_the_base_url(world: World) -> None:
    moved = Served(lambda body: [body.replace(world.url.encode(), b"")])
    world.wire.plan = {("retrieve", n): moved for n in range(9)}

    with world.run(some(2)) as run:
        assert run.counts.succeeded == 2


def test_a_batch_that_ended_without_a_results_url_is_asked_again(world: World) -> None:
    world.wire.plan = {("retrieve", n): shown(results_url=None) for n in range(4)}

    with world.run(some(2)) as run:
        assert run.counts.succeeded == 2
