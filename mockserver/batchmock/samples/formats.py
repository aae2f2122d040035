"""Strings of the formats that structured outputs know, and of a few more.

It does not know schemas. Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs, read
2026-11: date-time, time, date, duration, email, hostname, uri, ipv4, ipv6, uuid.
"""

from collections.abc import Callable, Mapping
from typing import Final

from batchmock.draws import Stream

_HEX: Final = "0123456789abcdef"
_NAMES: Final = ("ada", "grace", "alan", "edsger", "barbara", "donald")
_HOSTS: Final = ("example.com", "example.org", "www.example.net", "a.example.com")


def _date(stream: Stream) -> str:
    return f"{1990 + stream.below(40)}-{1 + stream.below(12):02}-{1 + stream.below(28):02}"


def _time(stream: Stream) -> str:
    return f"{stream.below(24):02}:{stream.below(60):02}:{stream.below(60):02}Z"


def _date_time(stream: Stream) -> str:
    return f"{_date(stream)}T{_time(stream)}"


def _duration(stream: Stream) -> str:
    return f"P{1 + stream.below(30)}DT{stream.below(24)}H{stream.below(60)}M"


def _email(stream: Stream) -> str:
    return f"{stream.pick(_NAMES)}{stream.below(100)}@example.com"


def _hostname(stream: Stream) -> str:
    return stream.pick(_HOSTS)


def _uri(stream: Stream) -> str:
    return f"https://{stream.pick(_HOSTS)}/{stream.pick(_NAMES)}/{stream.below(1000)}"


def _ipv4(stream: Stream) -> str:
    return f"192.0.2.{stream.below(256)}"


def _ipv6(stream: Stream) -> str:
    return f"2001:db8::{1 + stream.below(0xFFFE):x}"


def _hex(stream: Stream, count: int) -> str:
    return "".join(stream.pick(_HEX) for _ in range(count))


def _uuid(stream: Stream) -> str:
    return f"{_hex(stream, 8)}-{_hex(stream, 4)}-4{_hex(stream, 3)}-a{_hex(stream, 3)}-{_hex(stream, 12)}"


def _json_pointer(stream: Stream) -> str:
    return f"/{stream.pick(_NAMES)}/{stream.below(10)}"


FORMATS: Final[Mapping[str, Callable[[Stream], str]]] = {
    "date": _date,
    "date-time": _date_time,
    "duration": _duration,
    "email": _email,
    "hostname": _hostname,
    "idn-email": _email,
    "idn-hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "iri": _uri,
    "iri-reference": _uri,
    "json-pointer": _json_pointer,
    "time": _time,
    "uri": _uri,
    "uri-reference": _uri,
    "uuid": _uuid,
}
