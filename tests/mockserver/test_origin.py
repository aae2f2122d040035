"""A client is told a results_url that it can reach, and never one of the real API."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from batchmock.errors import UsageError
from batchmock.http.origin import origin
from batchmock.settings import Settings

SCOPE: dict[str, Any] = {"scheme": "http", "server": ("127.0.0.1", 4010)}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": "localhost:4010"}, "http://localhost:4010"),
        ({"host": "[::1]:4010"}, "http://[::1]:4010"),
        ({"host": "mock.test"}, "http://mock.test"),
        ({"host": "inner:1", "x-forwarded-host": "outer.test"}, "http://outer.test"),
        ({"host": "outer.test", "x-forwarded-proto": "https"}, "https://outer.test"),
        (
            {"host": "a", "forwarded": 'for=1.2.3.4;proto=https;host="outer.test:8443", for=b'},
            "https://outer.test:8443",
        ),
        ({"host": "a", "x-forwarded-host": "first.test, second.test"}, "http://first.test"),
        ({"host": "a", "x-forwarded-prefix": "/mock/"}, "http://a/mock"),
        ({"host": "a", "x-forwarded-prefix": "/../x"}, "http://a"),
        ({"host": "a", "x-forwarded-prefix": "/{x}"}, "http://a"),
        ({"host": "api.anthropic.com"}, "http://127.0.0.1:4010"),
        ({"host": "API.Anthropic.com.:443"}, "http://127.0.0.1:4010"),
        ({"host": "a", "x-forwarded-host": "api.anthropic.com"}, "http://127.0.0.1:4010"),
        ({"host": "notanthropic.com"}, "http://notanthropic.com"),
        ({}, "http://127.0.0.1:4010"),
        ({"host": "a b"}, "http://127.0.0.1:4010"),
        ({"host": "a:70000"}, "http://127.0.0.1:4010"),
        ({"host": "api.anthropic.com.."}, "http://127.0.0.1:4010"),
        ({"host": "a", "x-forwarded-proto": "HTTPS"}, "https://a"),
        ({"host": "a", "forwarded": "proto=HTTPS"}, "https://a"),
        ({"host": "a", "forwarded": 'for="a,b";host=outer.test'}, "http://outer.test"),
        ({"host": "a", "forwarded": 'for="x;host=y";host=outer.test'}, "http://outer.test"),
        ({"host": "a", "forwarded": r'for="\",";host=outer.test'}, "http://outer.test"),
        ({"host": "a", "forwarded": 'host="outer.test'}, "http://127.0.0.1:4010"),
        ({"host": "a", "x-forwarded-port": "8443"}, "http://a"),
    ],
    ids=str,
)
def test_the_url_starts_where_the_client_reached_the_emulator(headers: dict[str, str], expected: str) -> None:
    assert origin(SCOPE, Headers(headers), None) == expected


def test_the_setting_wins_over_every_header() -> None:
    headers = Headers({"host": "a", "x-forwarded-host": "b"})

    assert origin(SCOPE, headers, "https://mock.test/v/") == "https://mock.test/v"


@pytest.mark.parametrize(
    "url",
    [
        "http://mock.test",
        "HTTPS://mock.test/",
        "http://mock.test:4010/prefix/v_1/",
        "http://[::1]:4010",
        "http://my_service",
        "http://notanthropic.com",
        "http://anthropic.com.test",
    ],
)
def test_a_public_url_is_a_host_and_perhaps_a_path(url: str) -> None:
    assert origin(SCOPE, {"host": "a"}, Settings(public_url=url).public_url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("example", "does not start with http:// or https://"),
        ("ftp://mock.test", "does not start with http:// or https://"),
        ("http:/mock.test", "does not start with http:// or https://"),
        ("", "does not start with http:// or https://"),
        ("http:///x", "names no host"),
        ("http://", "names no host"),
        ("http://a b", "names no host"),
        ("http://a\n", "names no host"),
        ("http://h:99999", "names no host"),
        ("http://h:", "names no host"),
        ("http://user:pw@h", "names no host"),
        ("http://{h}", "names no host"),
        ("http://h?x", "names no host"),
        ("http://api.anthropic.com:", "names no host"),
        ("http://api.anthropic.com?x", "names no host"),
        ("http://api.anthropic.com#f", "names no host"),
        ("http://api.anthropic.com\\@h", "names no host"),
        ("http://api.anthropic.com", "is the real API's"),
        ("http://api.anthropic.com..", "is the real API's"),
        ("HTTP://API.Anthropic.Com.:443/v1", "is the real API's"),
        ("https://claude.com", "is the real API's"),
        ("http://h/{x}", "has more than a host and a path"),
        ("http://h/a/../b", "has more than a host and a path"),
        ("http://h/a?x", "has more than a host and a path"),
        ("http://h/a#f", "has more than a host and a path"),
        ("http://h//a", "has more than a host and a path"),
    ],
)
def test_a_public_url_that_leads_elsewhere_or_nowhere_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        Settings(public_url=url)
    assert repr(url) in str(refused.value)


latin = st.text(st.characters(max_codepoint=255), max_size=40)


@given(
    st.dictionaries(
        st.sampled_from(["host", "forwarded", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix"]),
        latin,
    )
)
def test_whatever_the_headers_say_the_url_is_sound_and_not_the_real_apis(headers: dict[str, str]) -> None:
    url = origin(SCOPE, Headers(headers), None)

    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert parts.port is None or parts.port <= 65_535
    assert not parts.hostname.rstrip(".").endswith("anthropic.com")
    # The SDK treats braces and dot segments in a results_url as its own.
    assert not set("{}?# \r\n") & set(url)
    assert ".." not in parts.path
