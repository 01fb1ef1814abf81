"""Large answers are read item by item, as strictly as small ones."""

import random
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alumio import jsontext
from alumio.jsontext import JSONTextError
from connectors import jsonstream
from connectors.jsonstream import JSONStream


class Dribble(BytesIO):
    """A file that gives a few bytes at a time, so that every border is met."""

    def read(self, size=-1):
        return super().read(random.randint(1, 7) if size and size > 0 else size)


def stream(text, *place):
    return JSONStream(Dribble(text.encode() if isinstance(text, str) else text), place)


DOCUMENTS = [
    ('{"items":[1,2,3]}', ("items",)),
    ('{"items":[]}', ("items",)),
    ('{"items": [ ] }', ("items",)),
    (
        ' {"a":{"x":[[[]]],"b":{"items":[{"a":"]}"},"\\"]",null,true,-1.50]}},"c":"{"} ',
        ("a", "b", "items"),
    ),
    ('[{"a":1} , {"b":[{"c":"\\\\"}]}]', ()),
    ('[[1],[2,[3]],"a\\u0041"]', ()),
    ("\ufeff[1]", ()),
    ('{"items":null}', ("items",)),
    ('{"items":{"one":1}}', ("items",)),
    ('{"one":1}', ()),
    ("12", ()),
    ('{"\\u0061":[7]}', ("a",)),
    ('{"n":12345678901234567890,"d":1.10,"items":[1.10,12345678901234567890]}', ("items",)),
]


@pytest.mark.parametrize(("text", "place"), DOCUMENTS)
def test_the_items_are_those_of_the_whole_document(text, place):
    found = jsontext.loads(text)
    for key in place:
        found = found[key]

    streamed = stream(text, *place)
    items = list(streamed)

    assert items == (found if isinstance(found, list) else [] if found is None else [found])
    assert streamed.found


def test_what_stands_around_the_items_is_read_too():
    streamed = stream('{"_links":{"next":"/p2"},"data":{"items":[1,2]},"total":2}', "data", "items")

    list(streamed)

    assert streamed.envelope() == {"_links": {"next": "/p2"}, "data": {"items": []}, "total": 2}


@pytest.mark.parametrize("text", ['{"other":[1]}', '{"items2":{"items":[1]}}', "[1]", '{"a":1}'])
def test_a_place_that_is_not_there_is_told(text):
    streamed = stream(text, "items")

    assert list(streamed) == []
    assert not streamed.found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"items":[1,NaN]}', "NaN is not a number in JSON at line 1, column 13 (in items.1)"),
        (
            '{"items":[\n{"a":1},\n {"a":1,"a":2}]}',
            "the key “a” is there twice at line 3, column 9 (in items.1.a)",
        ),
        ('{"items":[1,2', "the text ends in the middle"),
        ('{"items":[{"a":"b', "the text ends in the middle"),
        ('{"items":[1 2]}', "expected “,” or “]” at line 1, column 13"),
        ('{"items":[1,]}', "expected a value at line 1, column 13"),
        ('{"items":[1]', "the text ends, but “}” is missing"),
        ('{"items":[1]} x', "something follows after the end of the document"),
        ('{"items":[1],"items":[2]}', "the key “items” is there twice"),
        ('{"items":[' + "[" * 65 + "]" * 65 + "]}", "nested deeper than 64 levels"),
        ('{"items":["\\ud800"]}', "half of a surrogate pair"),
        (b'{"items":["\xff"]}', "the byte 0xff is not UTF-8"),
        ('{"items":[tru]}', "“tru” is not a JSON value"),
        ('{"items":[}]}', "expected a value"),
        ('{"items" [1]}', "expected “:” after the key"),
        ("", "the text ends in the middle"),
    ],
)
def test_a_faulty_document_is_refused_with_its_place(text, message):
    with pytest.raises(JSONTextError) as caught:
        list(stream(text, "items") if text else stream(text))

    assert message in str(caught.value)


def test_the_items_before_a_fault_are_given():
    items = iter(stream('{"items":[1,2,{"a"', "items"))

    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(JSONTextError):
        next(items)


def test_an_item_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(jsonstream, "LARGEST_ITEM", 100)

    with pytest.raises(JSONTextError, match="one item is larger"):
        list(stream('["' + "x" * 1000))


def test_too_much_around_the_items_is_refused(monkeypatch):
    monkeypatch.setattr(jsonstream, "LARGEST_ENVELOPE", 100)

    with pytest.raises(JSONTextError, match="too much around the items"):
        list(stream('{"a":"' + "x" * 1000 + '","items":[]}', "items"))


def whole(text):
    """(the records, whether the place is there), or None where the text is refused."""
    try:
        found = jsontext.loads(text)
    except JSONTextError:
        return None
    if not isinstance(found, dict) or "k" not in found:
        return [], False
    found = found["k"]
    return found if isinstance(found, list) else [] if found is None else [found], True


def streamed(text):
    reader = stream(text, "k")
    try:
        return list(reader), reader.found
    except JSONTextError:
        return None


values = st.recursive(
    st.sampled_from([None, True, 0, -1.5, 10**20, "", "k", 'a"\\]}', "é[{"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abk"), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abk"), values), st.data())
@settings(max_examples=300, deadline=None)
def test_any_document_whole_or_broken_is_read_as_if_read_at_once(document, data):
    text = jsontext.dumps(document)
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 2))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", ",", '"', "}", "]", " ", "1"]))
            + text[at + cut :]
        )

    expected, got = whole(text), streamed(text)

    if got is not None and not got[1]:  # the place is not there: the caller refuses the answer
        assert expected is None or not expected[1]
    else:
        assert got == expected
