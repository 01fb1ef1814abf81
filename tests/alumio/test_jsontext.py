"""JSON is read strictly and written exactly (the rules of alumio/jsontext.py)."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alumio import jsontext
from alumio.jsonfault import find_fault
from alumio.jsontext import JSONTextError, dumps, loads

GOOD = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    '"a"',
    '""',
    "[]",
    "{}",
    " [] ",
    "[ ]",
    "\t\n\r []",
    "[1,2]",
    "[[[]]]",
    '{"":0}',
    '{"a":{"b":[]}}',
    "[1e10]",
    "[1E+2]",
    "[1e-2]",
    "[0.1]",
    "[-0.0]",
    "[123.456e78]",
    "[0e1]",
    "[20e1]",
    "[1E22]",
    "[-123]",
    r'["\u0000"]',
    r'["\"\\\/\b\f\n\r\t"]',
    r'["\ud83d\ude00"]',
    r'["\uDBFF\uDFFF"]',
    r'["\\ud800"]',
    '["\x7f"]',
    '["é€😀"]',
    '["\u2028"]',
    '["\ufffe"]',
    '{"a":1,"A":2}',
    '["a/*b*/c"]',
    '["{{[["]',
    '["]"]',
    '{"\\u0061":1,"b":2}',
    "[" * 64 + "]" * 64,
    '["' + "a" * 70000 + '"]',
    "[1.10]",
    "[1e400]",
    "[12345678901234567890123]",
    '{"a":[{"b":[{"c":{}}]}]}',
]

BAD = [
    "",
    " ",
    "[",
    "]",
    "{",
    "}",
    "[1",
    "[1,",
    "[,1]",
    "[1,]",
    "[1,,2]",
    "[1 2]",
    "[1]x",
    "[1]]",
    "{]",
    "[}",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{"a" 1}',
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{,}",
    '{"a":1 "b":2}',
    '{"a":/*x*/1}',
    "[01]",
    "[+1]",
    "[.5]",
    "[1.]",
    "[1e]",
    "[1e+]",
    "[-]",
    "[--1]",
    "[0x1]",
    "[1_000]",
    "[1.2.3]",
    "[NaN]",
    "[-NaN]",
    "[Infinity]",
    "[-Infinity]",
    "nan",
    "[nul]",
    "[tru]",
    "[True]",
    "[None]",
    "undefined",
    '"',
    '"a',
    '"a\n"',
    '"\t"',
    '"\x00"',
    r'"\x41"',
    r'"\u12"',
    r'"\u123g"',
    "'a'",
    r'"\ud800"',
    r'"\udc00"',
    r'"\ud800a"',
    r'"\ud800\ud800"',
    r'"\ud800\n"',
    r'"\udc00\ud800"',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    "[" * 65 + "]" * 65,
    "[" * 200_000,
    '{"a":' * 100_000,
    "[1e99999]",
    "[" + "9" * 5000 + "]",
    "[٣]",
    "[1]\x00",
    "\u00a0[]",
    "// x\n1",
    "[1]//x",
    "<html>",
    "1 2",
    "[\u200b]",
]


@pytest.mark.parametrize("text", GOOD, ids=lambda text: text[:20])
def test_a_json_text_is_read_as_the_standard_library_reads_it(text):
    assert loads(text) == json.loads(text, parse_float=lambda t: loads(t))
    assert loads(text.encode()) == loads(f" {text} ")
    assert find_fault(text.encode()) is None


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:20]))
def test_what_is_not_json_is_refused_with_its_place(text):
    with pytest.raises(JSONTextError) as caught:
        loads(text)

    assert caught.value.line >= 1
    assert caught.value.column >= 1
    assert "this is not JSON" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "a": [1, NaN]\n}', "NaN is not a number in JSON at line 2, column 12 (in a.1)"),
        ('{"id":1,\n "id":2}', "the key “id” is there twice at line 2, column 2 (in id)"),
        (
            '{"o":[{"p":"\\ud800"}]}',
            "half of a surrogate pair is not a character at line 1, column 13 (in o.0.p)",
        ),
        ('{"a":[1,2', "the text ends, but “]” is missing at line 1, column 10 (in a.1)"),
        ("<!doctype html>", "“<” is not a JSON value at line 1, column 1"),
        (b'{"name":"caf\xe9"}', "the byte 0xe9 is not UTF-8 at line 1, column 13"),
        (
            "{}".encode("utf-16"),
            "the text is UTF-16 or UTF-32; JSON must be UTF-8 at line 1, column 1",
        ),
        ("\ud800", "half of a surrogate pair is not a character at line 1, column 1"),
    ],
)
def test_an_error_says_what_and_where(text, message):
    with pytest.raises(JSONTextError) as caught:
        loads(text)

    assert str(caught.value) == message


def test_nesting_is_refused_beyond_64_even_when_texts_are_full_of_brackets():
    brackets_in_texts = '{"a":"' + "[" * 500 + '"}'
    deep_beside_them = '["' + "]" * 500 + '",' + "[" * 64 + "]" * 65

    assert loads(brackets_in_texts) == {"a": "[" * 500}
    with pytest.raises(JSONTextError, match="nested deeper than 64 levels"):
        loads(deep_beside_them)


@pytest.mark.parametrize(
    "text",
    [
        "12345678901234567890123",
        "1.10",
        "-0.0",
        "0.1",
        "100.00",
        "1e+400",
        "0.30000000000000000001",
        "19.99",
    ],
)
def test_a_number_leaves_as_it_came(text):
    there_and_back = dumps(loads(f"[{text}]"))

    assert Decimal(there_and_back[1:-1]) == Decimal(text)
    assert there_and_back.lower() == f"[{text}]"


def test_a_float_is_used_only_where_it_keeps_the_digits():
    assert type(loads("19.95")) is float
    assert type(loads(" 19.95 ")) is float
    assert type(loads("19.90")) is Decimal
    assert type(loads("1")) is int


def test_a_byte_order_mark_is_tolerated():
    assert loads(b"\xef\xbb\xbf[1]") == [1]
    assert loads("\ufeff[1]") == [1]


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        {1: 2},
        object(),
        {"a": {1, 2}},
        "\ud800",
        {"\ud800": 1},
        b"x",
    ],
    ids=lambda value: repr(value).split(" at 0x")[0],
)
def test_what_json_cannot_say_is_not_written(value):
    with pytest.raises(JSONTextError):
        dumps(value)
    with pytest.raises(JSONTextError):
        dumps({"a": [None, value]})


def test_a_value_that_contains_itself_is_not_written():
    value = []
    value.append(value)

    with pytest.raises(JSONTextError, match="contains itself"):
        dumps(value)


def test_text_is_written_compactly_with_its_own_letters():
    assert dumps({"a": [1, Decimal("1.10"), "é\n"], "b": None}) == '{"a":[1,1.10,"é\\n"],"b":null}'
    assert dumps({"n": 2**70, "d": Decimal("1.10")}) == '{"n":1180591620717411303424,"d":1.10}'


def test_a_copy_shares_no_list_and_no_object():
    value = {"a": [1, {"b": Decimal("1.10")}], "c": None}

    copied = jsontext.copy(value)
    copied["a"][1]["b"] = 2
    copied["a"].append(3)

    assert value == {"a": [1, {"b": Decimal("1.10")}], "c": None}


characters = st.text(st.characters(exclude_categories=["Cs"]))
numbers = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.integers(-(10**60), 10**60)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | characters,
    lambda inner: st.lists(inner) | st.dictionaries(characters, inner),
    max_leaves=30,
)


def exactly(value):
    """The value with every number as a Decimal, so that 0.1 and Decimal("0.1") are the same."""
    if isinstance(value, list):
        return [exactly(item) for item in value]
    if isinstance(value, dict):
        return {key: exactly(item) for key, item in value.items()}
    return Decimal(repr(value)) if type(value) in (int, float) else value


@given(values)
@settings(max_examples=300, deadline=None)
def test_every_value_comes_back_as_it_was(value):
    text = dumps(value)

    assert dumps(loads(text)) == text
    assert exactly(loads(text)) == exactly(value)
    assert jsontext.copy(value) == value


@given(values)
@settings(max_examples=100, deadline=None)
def test_both_readers_read_the_same(value):
    compact = dumps(value)
    spaced = f" {compact} "

    assert loads(spaced) == loads(compact)
    assert find_fault(compact.encode()) is None


@given(st.text(alphabet='{}[]",:0123456789.eE+-tfn\\u \n', max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_by_both_readers_alike(text):
    try:
        loads(text)
        refused = None
    except JSONTextError as error:
        refused = str(error)

    fault = find_fault(text.encode())
    assert refused == (str(fault) if fault else None)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b, \\"c\\": d", "e": [{"f": 1}, {"f": 2}]}',
        '{"a": 1, "b": {"a": 1}, "c": "}, {"}',
        '{"x":", \\"", "y": 2}',
    ],
)
def test_spaces_between_and_inside_texts_are_told_apart(text):
    assert loads(text) == json.loads(text)


def test_a_key_twice_is_found_in_spaced_text_too():
    with pytest.raises(JSONTextError, match="is there twice"):
        loads('{"a": 1, "b": 2, "a": 1}')
