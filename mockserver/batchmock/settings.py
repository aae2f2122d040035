"""What an emulator is told when it is made, validated once.

It does not know where the values come from: flags, environment or a test.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from batchmock.clock import ClockSetting
from batchmock.errors import UsageError
from batchmock.hosts import is_host, is_plain_path, is_real_api
from batchmock.limits import ANSWER_PATIENCE_S, BODY_PATIENCE_S, EXCHANGES_KEPT_MAX, STOP_PATIENCE_S
from batchmock.models import Model
from batchmock.scenario import Scenario
from batchmock.times import LAST_INSTANT

# What arrives in a header as it was sent.
_TOKEN = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an emulator behaves.

    - ``one_clock``: whether all workspaces share a clock, rather than each having its own.
    - ``start``: the instant (ns) at which clocks start; None is the real time.
    - ``keys``: API key → name of the workspace it opens. Any other key opens a workspace of its own, unless
      ``strict_keys`` refuses it with a 401.
    - ``public_url``: where clients reach the emulator, for ``results_url``; None takes it from each request.
    - ``models``: models to know beside the real ones; one that has a real one's id takes its place.
    - ``exchanges_kept_max``: how many exchanges the history of each workspace keeps.
    - ``control_token``: what calls of the control plane must say in ``x-emulator-token``; None lets everybody in.
    - ``body_bytes_max``: the largest body that is taken, where that is less than the API takes.
    - ``body_patience_s``: for how many real seconds an upload may stall before it is refused, and the head of a
      request take before its connection is closed.
    - ``stop_patience_s``: for how many real seconds a server that is asked to stop lets exchanges under way go on.
    - ``answer_patience_s``: for how many real seconds a scenario's callable may think about one answer.
    """

    clock: ClockSetting = field(default_factory=ClockSetting)
    one_clock: bool = False
    start: int | None = None
    scenario: Scenario = field(default_factory=Scenario)
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    strict_keys: bool = False
    public_url: str | None = None
    models: tuple[Model, ...] = ()
    exchanges_kept_max: int = EXCHANGES_KEPT_MAX
    control_token: str | None = None
    body_bytes_max: int | None = None
    body_patience_s: float = BODY_PATIENCE_S
    stop_patience_s: float = STOP_PATIENCE_S
    answer_patience_s: float = ANSWER_PATIENCE_S

    def __post_init__(self) -> None:
        if self.strict_keys and not self.keys:
            raise UsageError("strict keys without any key would refuse every request; name a key")
        if self.start is not None and not 0 <= self.start <= LAST_INSTANT:
            raise UsageError(f"start is {self.start} ns; it is an instant from 1970 to 9969")
        if self.public_url is not None:
            _refuse_url(self.public_url)
        ids = [model.id for model in self.models]
        if twice := {id_ for id_ in ids if ids.count(id_) > 1}:
            raise UsageError(f"model {min(twice)} is added twice; once is enough")
        if self.control_token is not None and not _TOKEN.fullmatch(self.control_token):
            raise UsageError("the control token is no text that a header can carry; use visible ASCII characters")
        for name, value in (("body bytes", self.body_bytes_max), ("exchanges kept", self.exchanges_kept_max)):
            if value is not None and value < 1:
                raise UsageError(f"the limit on {name} is {value}; it is at least 1")


def _refuse_url(url: str) -> None:
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if scheme.lower() not in ("http", "https") or not separator:
        raise UsageError(f"public URL {url!r} does not start with http:// or https://")
    if not is_host(host):
        raise UsageError(f"public URL {url!r} names no host that can be dialed; write it as http://mock.test:4010")
    if not is_plain_path((slash + path).rstrip("/")):
        raise UsageError(
            f"public URL {url!r} has more than a host and a path; write it as http://mock.test/prefix"
        )
    if is_real_api(host):
        raise UsageError(f"public URL {url!r} is the real API's; clients would send their key there")
