"""Forms: names nest as PHP reads them, nothing is lost, and large or wrong ones are refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.draft import form_encode
from tests.connectors.reading import read, refusal

MULTIPART = {"Content-Type": "multipart/form-data; boundary=B"}


def part(name, value, more="", kind="") -> bytes:
    head = f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{kind}\r\n'
    return head.encode() + value + b"\r\n"


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("a=1&b=x+y%20%C3%A9%26", {"a": "1", "b": "x y é&"}),
        ("a&b=&&c==1", {"a": "", "b": "", "c": "=1"}),
        ("a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=1&a[1]=2", {"a": ["1", "2"]}),
        ("a[1]=1&a[0]=2", {"a": {"1": "1", "0": "2"}}),
        ("a[5]=1&a[]=2", {"a": {"5": "1", "6": "2"}}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a%5Bb%5D=1", {"a": {"b": "1"}}),
        ("a[b=1&[c]=2&d]=3", {"a[b": "1", "[c]": "2", "d]": "3"}),
        ("a[99999999999999999999]=1", {"a": {"99999999999999999999": "1"}}),
        ("0=a&1=b", {"0": "a", "1": "b"}),
        ("a=%zz%4", {"a": "%zz%4"}),
    ],
)
def test_a_form_is_one_record(form, value):
    assert read("form", form) == [value]


def test_another_character_set_can_be_chosen():
    assert read("form", "a=%e9", encoding="latin-1") == [{"a": "é"}]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("a=1&b=%ff", "the byte 0xff is not UTF-8 in field 2 (at byte 7)"),
        ("a=1&%ff=1", "the byte 0xff is not UTF-8 in field 2 (at byte 5)"),
        ("a=1&a[b]=2", "“a” is a value and an object, in field 2"),
        ("a[b]=1&a=2", "“a” is an object and a value, in field 2"),
        ("a" + "[b]" * 63 + "=1", "nested deeper than 63 keys in field 1"),
        ("a=1&" * 100_001, "more than 100,000 fields"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(form, words):
    assert words in refusal("form", form)


def test_the_deepest_form_can_be_stored_and_read_again():
    from alumio import jsontext

    name = "a" + "[b]" * 62
    record = read("form", f"{name}=1&{name}=2")[0]

    assert jsontext.loads(jsontext.dumps(record)) == record


@pytest.mark.parametrize("sign", ["%41", "%41a", "a%41b%C3%A9", "%"])
def test_a_long_value_is_read_as_a_short_one(sign):
    from urllib.parse import unquote

    assert read("form", "a=" + sign * 70_001) == [{"a": unquote(sign * 70_001)}]


def test_parts_are_fields_and_files():
    body = (
        part("o[sku]", "é".encode())
        + part("tag", b"1")
        + part("tag", b"2")
        + part("f", b"hello", '; filename="../x.txt"', "Content-Type: text/plain\r\n")
        + part("g", b"\xff", '; filename="y.bin"', "Content-Type: image/png\r\n")
        + b"--B--\r\n"
    )

    record = read("form", body, MULTIPART)[0]

    assert record == {
        "o": {"sku": "é"},
        "tag": ["1", "2"],
        "f": {
            "name": "x.txt",
            "content": "hello",
            "encoding": "utf-8",
            "contentType": "text/plain",
        },
        "g": {"name": "y.bin", "content": "/w==", "encoding": "base64", "contentType": "image/png"},
    }


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (part("a", b"1"), MULTIPART, "it breaks off"),
        (part("a", b"\xff") + b"--B--", MULTIPART, "the byte 0xff is not UTF-8 in field 1"),
        (part("a", b"1"), {"Content-Type": "multipart/form-data"}, "Invalid boundary"),
        (part("a", b"") * 20_001 + b"--B--", MULTIPART, "its parts cannot be read"),
    ],
)
def test_parts_that_cannot_be_read_are_refused(body, headers, words):
    assert words in refusal("form", body, headers)


KEYS = st.text("abcxyz_-é &=+%", min_size=1, max_size=5)
TREES = st.recursive(
    st.text(max_size=8),
    lambda inner: (
        st.dictionaries(KEYS, inner, min_size=1, max_size=3)
        | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4), st.booleans())
def test_what_the_platform_writes_is_read_again(record, plus):
    assert read("form", form_encode(record, plus)) == [record]
