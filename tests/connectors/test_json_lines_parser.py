"""JSON lines: a record on each line, as strict as JSON, and a fault is found by its line."""

from decimal import Decimal

import pytest

from tests.connectors.reading import read, refusal


def test_each_line_is_a_record_and_empty_lines_are_skipped():
    text = '\ufeff{"a":1}\r\n\n  \n[1.10]\n"x"'

    assert read("json-lines", text) == [{"a": 1}, [Decimal("1.10")], "x"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a":1}\n\n{"b":}\n', "is not a JSON value at line 3, column 6 (in b)"),
        (
            '{"a":1} {"b":2}\n',
            "something follows after the end of the document at line 1, column 9",
        ),
        ('{"a":1}\n{"a":1,"a":2}\n', "the key “a” is there twice at line 2, column 8"),
        ("[\n1\n]\n", "the text ends where a value is expected at line 1"),
        ('{"a":1}\n{"a":"', "the text ends inside a string at line 2"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, words):
    assert words in refusal("json-lines", text)


def test_a_line_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("connectors.types.parsers.json_lines.LARGEST_RECORD", 100)

    assert "line 2 is larger than" in refusal("json-lines", "1\n" + "1" * 200)
