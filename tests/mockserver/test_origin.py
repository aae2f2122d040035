"""A client is told a results_url that it can reach, and never one of the real API."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from batchmock.http.origin import origin

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
    ],
    ids=str,
)
def test_the_url_starts_where_the_client_reached_the_emulator(headers: dict[str, str], expected: str) -> None:
    assert origin(SCOPE, Headers(headers), None) == expected


def test_the_setting_wins_over_every_header() -> None:
    headers = Headers({"host": "a", "x-forwarded-host": "b"})

    assert origin(SCOPE, headers, "https://mock.test/v/") == "https://mock.test/v"


latin = st.text(st.characters(max_codepoint=255), max_size=40)


@given(st.dictionaries(st.sampled_from(["host", "forwarded", "x-forwarded-host", "x-forwarded-prefix"]), latin))
def test_whatever_the_headers_say_the_url_is_sound_and_not_the_real_apis(headers: dict[str, str]) -> None:
    url = origin(SCOPE, Headers(headers), None)

    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert not parts.hostname.rstrip(".").endswith("anthropic.com")
    # The SDK treats braces and dot segments in a results_url as its own.
    assert not set("{}?# \r\n") & set(url)
    assert ".." not in parts.path
