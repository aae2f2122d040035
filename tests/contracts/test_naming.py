"""An error names a key where whoever reads it can tell which one is meant, and not by chance."""

import pytest

from batchproof.checks.naming import names_key

LONG = "a/very/long/path/" + "x" * 200


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("the key 'a' occurs twice", "a"),
        ('a custom_id is there twice: "a"', "a"),
        ("ticket-7 has no line", "ticket-7"),
        ('no line for "e\\u0301"', "e\u0301"),
        ("no line for '\u65e5\u672c'", "\u65e5\u672c"),
        ("refused '\\n'", "\n"),
        (f"refused {LONG[:60]}…", LONG),
    ],
)
def test_a_key_in_quotes_or_a_word_by_itself_is_named(text: str, key: str) -> None:
    assert names_key(text, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a batch has ended, and its results cannot be read", "a"),
        ("2 of 2 lines are not there", "2"),
        ("ticket-71 has no line", "ticket-7"),
        ("my-ticket-7 has no line", "ticket-7"),
        ("", ""),
    ],
)
def test_letters_that_happen_to_stand_there_name_nothing(text: str, key: str) -> None:
    assert not names_key(text, key)
