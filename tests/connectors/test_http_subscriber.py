"""Fetching records by HTTP: the request, the pages, the parser, and what goes wrong."""

from decimal import Decimal

import httpx
import pytest
from django.core.exceptions import ValidationError

from connectors.errors import SubscriberError
from connectors.registries import subscribers
from transformers.context import Context

URI = "https://shop.example/orders"


def build(request=None, **parameters):
    spec = {
        "prototype": "http-subscriber",
        "parameters": {"request": {"uri": URI, **(request or {})}, **parameters},
    }
    return subscribers.build(subscribers.clean(spec))


def fetch(subscriber, context=None, cursor=None):
    return [
        (list(page.records), page.cursor)
        for page in subscriber.subscribe(context or Context(), cursor)
    ]


def records(subscriber, **options):
    return [record for page, _ in fetch(subscriber, **options) for record in page]


def json_parser(pattern):
    return {"prototype": "json", "parameters": {"pattern": pattern}}


def refusal(subscriber) -> str:
    with pytest.raises(SubscriberError) as caught:
        fetch(subscriber)
    return str(caught.value)


def test_a_list_gives_a_record_for_each_item(web):
    web.answer = lambda request: httpx.Response(200, text='[{"id":1},{"id":2}]')

    assert records(build()) == [{"id": 1}, {"id": 2}]
    assert web.last.method == "GET"


def test_an_object_is_one_record(web):
    web.answer = lambda request: httpx.Response(200, text='{"id":1}')

    assert records(build()) == [{"id": 1}]


def test_a_path_leads_to_the_records(web):
    web.answer = lambda request: httpx.Response(200, text='{"data":{"items":[1,2]}}')

    assert records(build(deserializer=json_parser("data.items"))) == [1, 2]


def test_with_an_at_sign_the_whole_answer_is_one_record(web):
    web.answer = lambda request: httpx.Response(200, text="[1,2]")

    assert records(build(deserializer=json_parser("@"))) == [[1, 2]]


def test_numbers_arrive_unchanged(web):
    web.answer = lambda request: httpx.Response(200, text='[{"n":12345678901234567890,"p":1.10}]')

    assert records(build()) == [{"n": 12345678901234567890, "p": Decimal("1.10")}]


def test_the_payload_of_a_get_becomes_its_query(web):
    request = {
        "payload": {"limit": 100, "with_count": True, "filter": {"a": ["x y", None]}},
        "query": {"q": "1"},
    }

    fetch(build(request))
    assert str(web.last.url) == (URI + "?q=1&limit=100&with_count=1&filter[a][0]=x%20y")

    fetch(build({**request, "uriEncoder": "rfc1738"}))
    assert "x+y" in str(web.last.url)


def test_the_input_transformer_feeds_the_placeholders(web):
    transformer = {
        "meta": [],
        "prototype": "value-setter",
        "parameters": {"configurations": [{"key": "since", "value": "2026-01-01", "mappers": []}]},
    }
    subscriber = build(
        {"uri": URI + "?since=&{since}", "headers": {"X-Since": "&{since}"}},
        transformer=transformer,
    )

    fetch(subscriber)

    assert web.last.url.params["since"] == "2026-01-01"
    assert web.last.headers["X-Since"] == "2026-01-01"


def test_a_post_sends_its_payload(web):
    fetch(build({"method": "post", "payload": {"query": "${Q}"}}), Context(variables={"Q": "all"}))

    assert (web.last.method, web.last.content) == ("POST", b'{"query":"all"}')
    assert web.last.headers["Content-Type"] == "application/json"


def test_next_links_are_followed_to_the_end(web):
    def answer(request):
        page = int(request.url.params.get("page", 1))
        links = {"next": {"href": f"/orders?page={page + 1}"}} if page < 3 else {}
        return httpx.Response(200, json={"items": [page], "_links": links})

    web.answer = answer
    subscriber = build(
        deserializer=json_parser("items"),
        pagination={"prototype": "next", "parameters": {"pattern": "_links.next"}},
    )

    pages = fetch(subscriber)

    assert [page for page, _ in pages] == [[1], [2], [3]]
    assert fetch(subscriber, cursor=pages[1][1]) == pages[1:]


def test_next_links_stop_at_the_page_limit(web):
    web.answer = lambda request: httpx.Response(
        200, json=[{"next": f"/orders?n={len(web.requests)}"}]
    )
    pagination = {"prototype": "next", "parameters": {"pattern": "0.next", "pageLimit": "2"}}

    assert len(fetch(build(pagination=pagination))) == 2


@pytest.mark.parametrize("link", [URI, "/orders", "?a=1"])
def test_a_link_that_leads_in_a_circle_ends_with_a_warning(web, link):
    web.answer = lambda request: httpx.Response(200, json={"items": [1], "next": link})
    context = Context()

    pages = fetch(
        build(
            deserializer=json_parser("items"),
            pagination={"prototype": "next", "parameters": {"pattern": "next"}},
        ),
        context,
    )

    assert len(pages) == 1
    assert [line.level for line in context.messages if line.level == "warning"] == ["warning"]


def test_a_link_to_another_host_gets_no_credentials(web):
    web.answer = lambda request: httpx.Response(200, json={"next": "https://evil.example/"})
    subscriber = build(pagination={"prototype": "next", "parameters": {"pattern": "next"}})

    assert "leads to another host, https://evil.example" in refusal(subscriber)
    assert len(web.requests) == 1


def test_a_link_that_is_refused_is_told_without_its_credentials(web):
    link = "https://me:canary@evil.example/?page=2&token=canary"
    web.answer = lambda request: httpx.Response(200, json={"next": link})
    subscriber = build(pagination={"prototype": "next", "parameters": {"pattern": "next"}})

    assert "canary" not in refusal(subscriber)


def test_a_link_header_is_followed(web):
    def answer(request):
        page = int(request.url.params.get("page", 1))
        link = f'<{URI}>; rel="first", <{URI}?page={page + 1}>; rel="next"; title="a, b"'
        return httpx.Response(200, json=[page], headers={"Link": link} if page < 3 else {})

    web.answer = answer

    assert records(build(pagination={"prototype": "link-header", "parameters": []})) == [1, 2, 3]


def offset(**parameters):
    return {"prototype": "query-parameter", "parameters": parameters}


def test_an_offset_counts_up_until_a_page_is_not_full(web):
    data = list(range(25))

    def answer(request):
        start = int(request.url.params["offset"])
        return httpx.Response(200, json=data[start : start + 10])

    web.answer = answer
    pagination = offset(parameter="offset", start=0, step=10, expectedItems=10)

    pages = fetch(build({"uri": URI + "?limit=10"}, pagination=pagination))

    assert [len(page) for page, _ in pages] == [10, 10, 5]
    assert pages[1][1] == {"page": 2, "value": 10}


def test_a_page_is_counted_even_if_nobody_reads_it(web):
    web.answer = lambda request: httpx.Response(
        200, json=[1, 2] if request.url.params["page"] == "1" else []
    )
    subscriber = build(pagination=offset(expectedItems=2))

    pages = list(subscriber.subscribe(Context()))

    assert len(pages) == 2


def test_a_source_that_ignores_the_page_is_not_read_for_ever(web):
    web.answer = lambda request: httpx.Response(200, json=[1, 2])
    context = Context()

    pages = fetch(build(pagination=offset()), context)

    assert len(pages) == 1
    assert "answered the same page twice running" in context.messages[-1].text


def test_each_request_is_logged(web):
    context = Context()

    fetch(build(), context)

    assert context.messages[0].level == "info"
    assert context.messages[0].text.startswith(f"GET {URI} answered 200, 11 bytes in ")


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (
            httpx.Response(200, text="<!doctype html>\n<title>Login</title>"),
            "200 with HTML or XML, not JSON, at line 1: <!doctype html> <title>Login</title>",
        ),
        (httpx.Response(500, text="oops"), "answered 500 Internal Server Error: oops"),
        (httpx.Response(401, text=""), "answered 401 Unauthorized. Check the credentials"),
        (httpx.Response(200, text='{"items":[1,'), "the text ends where a value is expected"),
        (httpx.Response(200, text=""), "answered 200 with nothing, where JSON is expected"),
        (httpx.Response(200, text='{"a":NaN}'), "NaN is not a number in JSON"),
        (
            httpx.Response(302, headers={"Location": "https://shop.example/login"}),
            "it redirects to https://shop.example/login. Use that address",
        ),
    ],
)
def test_a_bad_answer_is_explained(web, response, words):
    web.answer = lambda request: response

    assert words in refusal(build())


def test_a_path_that_leads_nowhere_is_explained(web):
    web.answer = lambda request: httpx.Response(200, json={"data": [], "total": 0})

    text = refusal(build(deserializer=json_parser("items")))

    assert "has nothing at “items”; its keys are data, total" in text


def test_a_null_at_the_path_is_no_records(web):
    web.answer = lambda request: httpx.Response(200, json={"items": None})

    assert records(build(deserializer=json_parser("items"))) == []


def test_an_unknown_variable_is_explained(web):
    assert "The variable ${SHOP} is not set" in refusal(build({"uri": "${SHOP}/orders"}))


def test_a_uri_that_is_no_address_is_explained(web):
    assert "not an address that begins with http:// or https://" in refusal(
        build({"uri": "/orders"})
    )


def test_a_large_answer_is_streamed_from_a_file(web, monkeypatch):
    monkeypatch.setattr("connectors.bodies.IN_MEMORY", 100)
    body = '{"items":[' + ",".join('{"n":1.10}' for _ in range(1000)) + '],"next":null}'
    web.answer = lambda request: httpx.Response(200, text=body)
    pagination = {"prototype": "next", "parameters": {"pattern": "next"}}

    found = records(build(deserializer=json_parser("items"), pagination=pagination))

    assert found == [{"n": Decimal("1.10")}] * 1000


def test_a_fault_deep_in_a_large_answer_has_its_place(web, monkeypatch):
    monkeypatch.setattr("connectors.bodies.IN_MEMORY", 100)
    body = '{"items":[\n' + '{"n":1},\n' * 1000 + '{"n":NaN}]}'
    web.answer = lambda request: httpx.Response(200, text=body)

    text = refusal(build(deserializer=json_parser("items")))

    assert "NaN is not a number in JSON at line 1002, column 6 (in items.1000.n)" in text


def test_a_binary_answer_is_one_record(web):
    binary = {"prototype": "binary", "parameters": []}

    web.answer = lambda request: httpx.Response(200, content=b"", headers={})
    assert records(build(deserializer=binary)) == [{}]
    web.answer = lambda request: httpx.Response(200, content=b"\xff\x00")
    assert records(build(deserializer=binary))[0]["encoding"] == "base64"
    web.answer = lambda request: httpx.Response(200, text="hello")
    assert records(build(deserializer="binary"))[0]["content"] == "hello"


def test_another_character_set_is_converted_where_asked(web):
    web.answer = lambda request: httpx.Response(
        200,
        content='{"name":"café"}'.encode("latin-1"),
        headers={"Content-Type": "application/json; charset=ISO-8859-1"},
    )
    converting = {"prototype": "json", "parameters": {"encodeInput": True}}

    assert records(build(deserializer=converting)) == [{"name": "café"}]
    assert "the byte 0xe9 is not UTF-8" in refusal(build())


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"uri": "&{never closed"}, "never closed"),
        ({"method": "SEND"}, "SEND"),
        ({"payloadType": "xml"}, "xml"),
        ({"plugins": [{"prototype": "no-plugin"}]}, "no-plugin"),
    ],
)
def test_wrong_settings_are_refused_when_saved(request_, words):
    with pytest.raises(ValidationError) as caught:
        build(request_)

    assert words in " ".join(caught.value.messages)


def test_a_parser_takes_the_list_itself():
    with pytest.raises(ValidationError, match="without"):
        build(deserializer=json_parser("items.*"))


def test_a_cursor_keeps_no_credentials(web):
    web.answer = lambda request: httpx.Response(
        200, json={"next": f"{request.url.copy_merge_params({'page': len(web.requests)})}"}
    )
    key = {"prototype": "query-parameter", "parameters": {"name": "k", "value": "canary"}}
    pagination = {"prototype": "next", "parameters": {"pattern": "next", "pageLimit": 3}}

    pages = fetch(build({"authentications": [key]}, pagination=pagination))

    assert [page[1] for page in pages[1:]] == [
        {"page": 2, "uri": URI + "?page=1"},
        {"page": 3, "uri": URI + "?page=2"},
    ]
    assert web.last.url.params["k"] == "canary"


def test_a_page_that_looks_like_an_earlier_one_but_not_the_last_is_read(web):
    answers = {"1": [{"n": 1}, {"n": 2}], "2": [{"n": 3}, {"n": 4}], "3": [{"n": 1}, {"n": 2}]}
    web.answer = lambda request: httpx.Response(
        200, json=answers.get(request.url.params["page"], [])
    )

    pages = fetch(build(pagination=offset()))

    assert [len(page) for page, _ in pages][:3] == [2, 2, 2]


def test_settings_with_neither_an_address_nor_a_connection_are_refused():
    with pytest.raises(ValidationError) as refused:
        subscribers.clean({"prototype": "http-subscriber", "parameters": {}})

    assert "Request › URI: Give an address here" in str(refused.value.messages)
