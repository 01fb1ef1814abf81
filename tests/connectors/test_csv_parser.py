"""CSV: rows become records, whatever stands between their values, and wrong rows are named."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.reading import read, refusal


def test_the_first_row_names_the_columns_and_every_value_is_text():
    assert read("csv", "sku,n\nA,1\nB,1.10\n") == [
        {"sku": "A", "n": "1"},
        {"sku": "B", "n": "1.10"},
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_is_one(end):
    assert read("csv", f"a,b{end}1,2{end}{end}3,4") == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_value_in_quotes_holds_anything():
    text = 'a,b\n"x, ""y""","two\r\nlines"\n'

    assert read("csv", text) == [{"a": 'x, "y"', "b": "two\r\nlines"}]


def test_the_signs_can_be_chosen():
    assert read("csv", "a;b\n'1;''';2\n", delimiter=";", enclosure="'") == [{"a": "1;'", "b": "2"}]
    assert read("csv", "a\tb\n1\t2\n", delimiter="\\t") == [{"a": "1", "b": "2"}]
    assert read("csv", "a\tb\n1\t2\n", delimiter="\t") == [{"a": "1", "b": "2"}]
    assert read("csv", 'a\n"1"\n', enclosure="") == [{"a": '"1"'}]
    assert read("csv", 'a\n"1\\"2"\n', escape="\\") == [{"a": '1"2'}]
    assert read("csv", "a\nC:\\x\n") == [{"a": "C:\\x"}]


@pytest.mark.parametrize(
    "parameters",
    [
        {"delimiter": ""},
        {"delimiter": ";;"},
        {"delimiter": "\n"},
        {"escape": "ab"},
        {"enclosure": ","},
    ],
)
def test_signs_that_are_none_are_refused_when_saved(parameters):
    with pytest.raises(ValidationError):
        read("csv", "a\n1\n", **parameters)


def test_without_a_header_the_columns_are_named_by_us_or_not_at_all():
    assert read("csv", "1,2\n3\n", header=False) == [["1", "2"], ["3"]]
    assert read("csv", "1,2\n", header=False, columns=["x", "y"]) == [{"x": "1", "y": "2"}]
    assert read("csv", "a,a\n1,2\n", columns=["x", "y"]) == [{"x": "1", "y": "2"}]


def test_a_column_without_a_name_is_called_by_its_number():
    assert read("csv", "a,,b,\n1,2,3,4\n") == [
        {"a": "1", "column 2": "2", "b": "3", "column 4": "4"}
    ]


def test_short_rows_are_filled_up_where_asked():
    rows = "a,b\n1\n2,3,,\n"

    assert read("csv", rows, fillRows=True) == [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]
    assert "but the row has 3" in refusal("csv", "a,b\n1,2,3\n", fillRows=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a,b\n1,2\n"x\ny",\n3\n', "there are 2 columns, but the row has 1"),
        ('a,b\n1,2\n"x\ny",\n3\n', "at line 5"),
        ("a,b\n1,2,3\n", "the row has 3 (check the delimiter"),
        ('a,b\n1,2\n3,"x\n\n', "ends in a value whose enclosure opened in the row at line 3"),
        ('a,b\n1,"x"y\n', "neither delimiter nor end of line at line 2"),
        ("a,b,a\n", "two columns are called “a”, number 1 and 3"),
        ("a,b\n1,x\0\n", "a NUL (perhaps the text is UTF-16: set the character set) at line 2"),
        ("," * 20_000, "the row has 20,001 values, more than 16,384: check the delimiter"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, words):
    assert words in refusal("csv", text)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_character_set(charset):
    assert read("csv", "ä\né\n".encode(charset)) == [{"ä": "é"}]


def test_a_character_set_can_be_chosen():
    text = "a\né€\n"

    assert read("csv", text.encode("cp1252"), encoding="windows-1252") == [{"a": "é€"}]
    assert "the byte 0xe9 is not UTF-8 at line 2, column 1" in refusal("csv", text.encode("cp1252"))
    assert read("csv", "a\né".encode("utf-16-le"), encoding="utf-16-le") == [{"a": "é"}]
    assert "choose utf-16-le or utf-16-be" in refusal("csv", "a\n1", encoding="utf-16")
    with pytest.raises(ValidationError, match="no character set called “utf-7”"):
        read("csv", text, encoding="utf-7")


def test_a_quote_that_is_never_closed_is_not_read_to_the_end(monkeypatch):
    monkeypatch.setattr("connectors.types.parsers.csv.LARGEST_RECORD", 1000)

    assert "the row is larger than" in refusal("csv", 'a\n"' + "x\n" * 1000)
    assert "a line is longer than" in refusal("csv", "a\n" + "x" * 2000)
    assert "a value is longer than 8 MB" in refusal_of_long_value()


def refusal_of_long_value() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.types.parsers.csv.LARGEST_RECORD", 2**30)
        return refusal("csv", "a\n" + "x" * (8 * 2**20 + 1))


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(deadline=None)
@given(
    rows=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=6)
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    charset=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read_again(rows, delimiter, end, charset):
    file = io.StringIO(newline="")
    names = [f"c{at}" for at in range(len(rows[0]) if rows else 1)]
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([names, *rows])

    found = read("csv", file.getvalue().encode(charset), delimiter=delimiter)

    assert found == [dict(zip(names, row, strict=True)) for row in rows]
