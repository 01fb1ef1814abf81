"""XML: its shape as JSON, where the records are, its characters, and what attackers send."""

import httpx
import pytest

from connectors.registries import subscribers
from connectors.xmlstream import MAX_DEPTH
from tests.connectors.reading import parse, read, refusal
from transformers.context import Context


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<a/>", ""),
        ("<a>x</a>", "x"),
        ("<a> x\n</a>", " x\n"),
        ("<a><b>1</b><c/></a>", {"b": "1", "c": ""}),
        ("<a>\n  <b>1</b>\n</a>", {"b": "1"}),
        ("<a><b>1</b><c>2</c><b>3</b></a>", {"b": ["1", "3"], "c": "2"}),
        ('<a id="7"/>', {"@id": "7", "#": ""}),
        ('<a id="7">x</a>', {"@id": "7", "#": "x"}),
        ('<a id="7"><b/></a>', {"@id": "7", "b": ""}),
        ("<a>one<b>two</b>three</a>", {"b": "two", "#": "onethree"}),
        ("<a>x<!-- no -->y<?php no?>z</a>", "xyz"),
        ("<a><![CDATA[<b>&amp;]]>&lt;&#233;</a>", "<b>&amp;<é"),
        ('<a n="007" p="1.10">1e5</a>', {"@n": "007", "@p": "1.10", "#": "1e5"}),
    ],
)
def test_an_element_becomes(xml, value):
    assert read("xml", xml) == [value]


ORDERS = "<shop><total>2</total><orders><order><line>a</line></order>{more}</orders></shop>"


def test_each_element_at_the_path_is_a_record_even_if_there_is_only_one():
    assert read("xml", ORDERS.format(more=""), pattern="orders.order") == [{"line": "a"}]
    two = ORDERS.format(more="<x/><order><line>b</line></order>")
    assert read("xml", two, pattern="orders.order") == [{"line": "a"}, {"line": "b"}]


def test_an_element_of_that_name_elsewhere_is_no_record():
    xml = "<r><o><o>1</o></o><p><o>2</o></p><o>3</o></r>"

    assert read("xml", xml, pattern="o") == [{"o": "1"}, "3"]
    assert read("xml", xml, pattern="o.o") == ["1"]


def test_chosen_elements_are_always_lists():
    xml = ORDERS.format(more="<order><line>b</line><line>c</line></order>")

    found = read("xml", xml, pattern="orders.order", lists=["line"])

    assert found == [{"line": ["a"]}, {"line": ["b", "c"]}]


def test_what_stands_around_the_records_can_be_asked_for():
    parsed = parse("xml", ORDERS.format(more=""), pattern="orders.order")

    assert parsed.document() == {"total": "2", "orders": ""}


def test_prefixes_stay_and_declarations_only_at_the_root():
    xml = '<s:a xmlns:s="urn:1"><s:b xmlns="urn:2" s:id="1">x</s:b></s:a>'

    assert read("xml", xml) == [{"@xmlns:s": "urn:1", "s:b": {"@s:id": "1", "#": "x"}}]
    assert read("xml", xml, pattern="s:b") == [{"@s:id": "1", "#": "x"}]


def test_namespaces_can_be_dropped():
    xml = '<s:a xmlns:s="urn:1"><s:b s:id="1"/><b/></s:a>'

    assert read("xml", xml, stripNamespaces=True) == [{"b": [{"@id": "1", "#": ""}, ""]}]
    twice = '<a xmlns:s="u"><b id="1" s:id="2"/></a>'
    assert "two attributes are called “id”" in refusal("xml", twice, stripNamespaces=True)


def test_a_link_in_xml_leads_to_the_next_page(web):
    def answer(request):
        page = int(request.url.params.get("page", 1))
        link = f'<link href="/orders?page={page + 1}"/>' if page < 3 else ""
        return httpx.Response(200, text=f"<r>{link}<order>{page}</order></r>")

    web.answer = answer
    parameters = {
        "request": {"uri": "https://shop.example/orders"},
        "deserializer": {"prototype": "xml", "parameters": {"pattern": "order"}},
        "pagination": {"prototype": "next", "parameters": {"pattern": "link.@href"}},
    }
    spec = subscribers.clean({"prototype": "http-subscriber", "parameters": parameters})

    pages = subscribers.build(spec).subscribe(Context())

    assert [list(page.records) for page in pages] == [["1"], ["2"], ["3"]]


def test_a_page_without_records_is_told(web):
    web.answer = lambda request: httpx.Response(200, text="<r><total>0</total></r>")
    parameters = {
        "request": {"uri": "https://shop.example/orders"},
        "deserializer": {"prototype": "xml", "parameters": {"pattern": "order"}},
    }
    spec = subscribers.clean({"prototype": "http-subscriber", "parameters": parameters})
    context = Context()

    list(subscribers.build(spec).subscribe(context))

    assert "has no “order”; what is there: total." in context.messages[-1].text


def test_a_path_that_leads_nowhere_is_explained():
    text = refusal("xml", ORDERS.format(more=""), pattern="data.order")

    assert "has nothing at “data.order”; its parts are total, orders" in text


def test_no_record_today_is_no_fault_but_told():
    there = parse("xml", "<r><orders><total>0</total></orders></r>", pattern="orders.order")
    assert list(there.records) == []
    assert "has no “orders.order”; what is there: total." in there.remark()

    empty = parse("xml", "<r><orders/></r>", pattern="orders.order")
    assert list(empty.records) == []
    assert empty.remark() == ""


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("Shift_JIS", "shift_jis"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("utf-16", "utf-8"),  # as .NET writes it
    ],
)
def test_the_declared_character_set_is_read(declared, written):
    sign = "ド" if declared == "Shift_JIS" else "é"
    xml = f'<?xml version="1.0" encoding="{declared}"?><a>{sign}</a>'

    assert read("xml", xml.encode(written)) == [sign]


def test_the_content_type_tells_the_character_set_where_nothing_is_declared():
    headers = {"Content-Type": "text/xml; charset=iso-8859-1"}

    assert read("xml", b"<a>\xe9</a>", headers) == ["é"]
    assert read("xml", b"<a>\xe9</a>", encoding="latin-1") == ["é"]
    text = refusal("xml", b"<a>\n  <b>\xe9</b></a>")
    assert "the byte 0xe9 is not UTF-8 at line 2, column 6" in text


DOCUMENT_TYPES = {
    "billion laughs": '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    "quadratic": '<!DOCTYPE l [<!ENTITY a "' + "x" * 10_000 + '">]><l>' + "&a;" * 1000 + "</l>",
    "external entity": '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
    "external over HTTP": '<!DOCTYPE l [<!ENTITY a SYSTEM "http://127.0.0.1/">]><l>&a;</l>',
    "parameter entity": '<!DOCTYPE l [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><l/>',
    "external document type": '<!DOCTYPE l PUBLIC "-//X//Y" "http://127.0.0.1/l.dtd"><l/>',
    "default attribute": '<!DOCTYPE l [<!ATTLIST l a CDATA "x">]><l/>',
    "nothing in it": "<!DOCTYPE l><l/>",
    "behind a comment": "<!-- x --><?x y?><!DOCTYPE l><l/>",
}


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("xml", DOCUMENT_TYPES.values(), ids=DOCUMENT_TYPES)
def test_a_document_type_is_refused_in_any_writing(xml, charset):
    assert "a DOCTYPE is not allowed" in refusal("xml", xml.encode(charset))


@pytest.mark.parametrize("charset", ["utf-7", "idna", "punycode", "base64", "x-none", "rot13"])
def test_an_encoding_that_is_none_is_refused(charset):
    xml = f'<?xml version="1.0" encoding="{charset}"?><a>+ADw-</a>'

    assert f"its character set “{charset}” is not known" in refusal("xml", xml)


def test_a_content_type_of_utf_7_is_not_believed():
    headers = {"Content-Type": "text/xml; charset=utf-7"}

    assert read("xml", "<a>+ADw-b/+AD4-</a>", headers) == ["+ADw-b/+AD4-"]


def test_nothing_is_included():
    xml = '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd"/></a>'

    assert read("xml", xml)[0]["i:include"] == {"@href": "file:///etc/passwd", "#": ""}


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("<a>&nbsp;</a>", "undefined entity at line 1, column 4"),
        ("<a>&#0;</a>", "invalid character number at line 1, column 4"),
        ("<a>&#xD800;</a>", "invalid character number"),
        ("<a>\0</a>", "invalid token"),
        ('<a b="1" b="2"/>', "duplicate attribute"),
        ("<a>", "no element found"),
        ("<a/><b/>", "junk after document element"),
        ("\n <?xml version='1.0'?><a/>", "XML or text declaration not at start of entity"),
        ("<a>" * (MAX_DEPTH + 1), f"nested deeper than {MAX_DEPTH} levels"),
        ('{"a":1}', "not well-formed (invalid token) at line 1, column 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(xml, words):
    assert words in refusal("xml", xml)


def test_the_deepest_record_can_be_stored_and_read_again():
    from alumio import jsontext

    xml = "<a>" * MAX_DEPTH + "x" + "</a><a/>" * (MAX_DEPTH - 1) + "</a>"

    record = read("xml", xml, lists=["a"])[0]

    assert jsontext.loads(jsontext.dumps(record)) == record


def test_a_record_that_is_too_large_and_too_much_around_are_refused(monkeypatch):
    monkeypatch.setattr("connectors.charsets.PIECE", 50)
    monkeypatch.setattr("connectors.xmlstream.PIECE", 50)
    monkeypatch.setattr("connectors.types.parsers.xml.LARGEST_RECORD", 1000)
    monkeypatch.setattr("connectors.xmlstream.LARGEST_AROUND", 1000)

    one = "<r>" + "<o>" + "x" * 5000 + "</o></r>"
    assert "is larger than" in refusal("xml", one, pattern="o")
    assert "is larger than" in refusal("xml", f"<r><!--{'x' * 5000}--></r>", pattern="o")
    assert "too much around the records" in refusal("xml", "<r>" + "<x/>" * 5000, pattern="o")
    assert len(read("xml", "<r>" + "<o/>" * 5000 + "</r>", pattern="o")) == 5000
