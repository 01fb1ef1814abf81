"""Every parser: an answer becomes tasks, a call is read as an answer is, and what all refuse."""

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alumio import jsontext
from connectors.errors import SubscriberError
from connectors.models import Incoming
from connectors.received import Received
from connectors.registries import parsers, subscribers
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.connectors.reading import parse, read
from tests.world import make_route
from transformers.context import Context

URI = "https://shop.example/orders"
MULTIPART = (
    "--B\r\n"
    'Content-Disposition: form-data; name="sku"\r\n\r\nA\r\n'
    "--B\r\n"
    'Content-Disposition: form-data; name="qty"\r\n\r\n2\r\n'
    "--B--\r\n"
)
ORDER = {"sku": "A", "qty": "2"}

FORMATS = {
    "json": ({"pattern": "o"}, '{"o":[{"sku":"A","qty":"2"}]}', "application/json"),
    "json-lines": ({}, '{"sku":"A","qty":"2"}\n', "application/x-ndjson"),
    "xml": ({"pattern": "o"}, "<r><o><sku>A</sku><qty>2</qty></o></r>", "application/xml"),
    "csv": ({}, "sku,qty\nA,2\n", "text/csv"),
    "form": ({}, "sku=A&qty=2", "application/x-www-form-urlencoded"),
}
SPOILT = {
    "json": ('{"o":[{"sku":"A"},', "at line 1, column 19"),
    "json-lines": ('{"sku":"A"}\n{"sku":}\n', "at line 2, column 8"),
    "xml": ("<r>\n<o></p></r>", "mismatched tag at line 2, column 6"),
    "csv": ("sku,qty\nA,2\nB\n", "there are 2 columns, but the row has 1"),
    "form": ("sku=A&qty=%ff", "the byte 0xff is not UTF-8 in field 2 (at byte 11)"),
}


def spec(prototype):
    return {"prototype": prototype, "parameters": FORMATS[prototype][0]}


def subscriber_of(prototype):
    parameters = {"request": {"uri": URI}, "deserializer": spec(prototype)}
    return {"prototype": "http-subscriber", "parameters": parameters}


def fetch(prototype) -> list:
    subscriber = subscribers.build(subscribers.clean(subscriber_of(prototype)))
    return [record for page in subscriber.subscribe(Context()) for record in page.records]


def answer(web, body, content_type=""):
    headers = {"Content-Type": content_type}
    web.answer = lambda request: httpx.Response(200, content=body.encode(), headers=headers)


def test_every_parser_is_tried_here():
    assert {parser.prototype for parser in parsers} == {*FORMATS, "binary"}


@pytest.mark.django_db
@pytest.mark.parametrize("prototype", FORMATS)
def test_an_answer_in_each_format_becomes_a_task(web, prototype):
    _, body, content_type = FORMATS[prototype]
    answer(web, body, content_type)
    incoming = Incoming(name="In", identifier="in", subscriber=subscriber_of(prototype)).store()
    make_route(incoming=incoming)

    import_entities(incoming)

    assert [jsontext.loads(task.payload.data) for task in Task.objects.all()] == [ORDER]


@pytest.mark.parametrize("prototype", FORMATS)
def test_a_call_is_read_as_an_answer_is(prototype):
    parameters, body, content_type = FORMATS[prototype]

    assert read(prototype, body, {"Content-Type": content_type}, **parameters) == [ORDER]


@pytest.mark.parametrize("prototype", ["json", "xml", "csv"])
def test_the_way_of_reading_that_an_export_names_is_kept(prototype):
    exported = FORMATS[prototype][0] | {"readMethod": "wholeFile"}

    cleaned = parsers.clean({"prototype": prototype, "parameters": exported})

    assert cleaned["parameters"]["readMethod"] == "wholeFile"


def test_two_parsers_read_one_call_differently():
    call = Received(b"<r><o>1</o></r>", {}, "The call")

    whole = parsers.build("xml").parse(call)
    raw = parsers.build("binary").parse(call)

    assert list(whole.records) == [{"o": "1"}]
    assert next(raw.records)["content"] == "<r><o>1</o></r>"


@pytest.mark.parametrize("prototype", SPOILT)
def test_what_cannot_be_read_is_told_with_its_place(web, prototype):
    body, words = SPOILT[prototype]
    answer(web, body)

    with pytest.raises(SubscriberError) as from_web:
        fetch(prototype)
    with pytest.raises(SubscriberError) as from_call:
        parse(prototype, body, **FORMATS[prototype][0])

    assert str(from_web.value).startswith(f"GET {URI} answered 200 with ")
    assert str(from_call.value).startswith("The call of the webhook “orders” came with ")
    assert words in str(from_web.value)
    assert words in str(from_call.value)


@pytest.mark.parametrize("prototype", SPOILT)
def test_a_fault_at_the_end_of_what_is_small_gives_no_record_before(prototype):
    with pytest.raises(SubscriberError):
        parse(prototype, SPOILT[prototype][0], **FORMATS[prototype][0])


@pytest.mark.parametrize("prototype", ["json-lines", "xml", "csv"])
def test_what_is_large_is_read_piece_by_piece(monkeypatch, prototype):
    monkeypatch.setattr("connectors.bodies.IN_MEMORY", 10)
    monkeypatch.setattr("connectors.charsets.PIECE", 7)
    parameters, body, _ = FORMATS[prototype]

    records = parse(prototype, body, **parameters).records
    assert list(records) == [ORDER]

    records = parse(prototype, SPOILT[prototype][0], **parameters).records
    with pytest.raises(SubscriberError) as caught:
        list(records)
    assert SPOILT[prototype][1] in str(caught.value)


@pytest.mark.parametrize("prototype", FORMATS)
@settings(deadline=None)
@given(data=st.data())
def test_whatever_comes_is_records_that_can_be_stored_or_an_explanation(prototype, data):
    parameters, body, content_type = FORMATS[prototype]
    at = data.draw(st.integers(0, len(body)))
    cut = data.draw(st.integers(0, 3))
    junk = data.draw(st.binary(max_size=4) | st.sampled_from([b"<", b"&", b'"', b"\0", b"[", b"%"]))
    spoilt = body.encode()[:at] + junk + body.encode()[at + cut :]

    try:
        records = read(prototype, spoilt, {"Content-Type": content_type}, **parameters)
    except SubscriberError:
        return  # any other exception fails the test

    assert [jsontext.loads(jsontext.dumps(record)) for record in records] == records


@pytest.mark.parametrize("prototype", ["json", "xml", "form"])
def test_nothing_is_refused_where_something_must_be(prototype):
    with pytest.raises(SubscriberError, match="came with nothing, where"):
        parse(prototype, "", **FORMATS[prototype][0])


@pytest.mark.parametrize("prototype", ["json-lines", "csv"])
def test_nothing_is_no_record_where_there_may_be_none(prototype):
    assert read(prototype, "") == []


@pytest.mark.parametrize("prototype", [*FORMATS, "form"])
def test_a_sign_in_page_is_known_for_what_it_is(prototype):
    with pytest.raises(SubscriberError, match=r"with HTML.*often this is a sign-in or error page"):
        parse(
            prototype,
            "<!doctype html>\n<title>Sign in, 50% off</title>=%ff",
            **FORMATS[prototype][0],
        )


def test_what_came_shows_no_secret_in_its_excerpt():
    from connectors.redaction import Redactor

    call = Received(b'{"token":"canary-1",}', {}, "The call", Redactor(["canary-1"]))

    with pytest.raises(SubscriberError) as caught:
        parsers.build("json").parse(call)

    assert "canary" not in str(caught.value)
