"""Delivering entities by HTTP: what is sent, what counts as a success, and what is noted."""

from decimal import Decimal

import httpx
import pytest

from connectors.errors import PublisherError
from connectors.registries import publishers
from transformers.context import Context
from transformers.entity import Entity

URI = "https://erp.example/orders"


def build(request=None, **parameters):
    spec = {
        "prototype": "http-publisher",
        "parameters": {"request": {"uri": URI, **(request or {})}, **parameters},
    }
    return publishers.build(publishers.clean(spec))


def publish(data, publisher=None, **scope):
    return (publisher or build()).publish(Entity(data), Context(scope=scope))


def test_the_whole_entity_is_posted_as_json(web):
    result = publish({"sku": "A", "price": Decimal("1.10"), "id": 2**70})

    assert result.ok
    assert web.last.method == "POST"
    assert web.last.content == b'{"sku":"A","price":1.10,"id":1180591620717411303424}'
    assert web.last.headers["Content-Type"] == "application/json"
    assert result.data == {"ok": True}


def test_placeholders_are_filled_in_everywhere(web):
    publisher = build(
        {
            "uri": URI + "/&{sku}",
            "method": "PUT",
            "headers": {"X-Task": "@{scope.task}"},
            "query": {"q": "&{price}"},
            "payload": {"code": "&{sku}", "price": "&{price}"},
        }
    )

    publish({"sku": "A", "price": Decimal("1.10")}, publisher, task="t-1")

    assert str(web.last.url) == URI + "/A?q=1.10"
    assert web.last.headers["X-Task"] == "t-1"
    assert web.last.content == b'{"code":"A","price":1.10}'


@pytest.mark.parametrize(
    ("kind", "payload", "body", "content_type"),
    [
        (
            "form",
            {"a": ["&{sku}", 1], "b": True},
            b"a[0]=A&a[1]=1&b=1",
            "application/x-www-form-urlencoded",
        ),
        ("raw", "sku;&{sku}", b"sku;A", "text/plain; charset=utf-8"),
        ("data", ["&{sku}"], b'["A"]', "application/json"),
    ],
)
def test_a_payload_is_json_a_form_or_text(web, kind, payload, body, content_type):
    publish({"sku": "A"}, build({"payloadType": kind, "payload": payload}))

    assert web.last.content == body
    assert web.last.headers["Content-Type"] == content_type


def test_a_header_of_the_request_wins(web):
    publish({}, build({"headers": {"content-type": "application/vnd.api+json"}}))

    assert web.last.headers.get_list("content-type") == ["application/vnd.api+json"]


def test_the_idempotency_key_is_sent(web):
    publish({}, idempotency_key="t-1.0")
    assert web.last.headers["Idempotency-Key"] == "t-1.0"

    publish({}, build(idempotencyHeader="X-Request-Id"), idempotency_key="t-1.0")
    assert web.last.headers["X-Request-Id"] == "t-1.0"

    publish({}, build(idempotencyHeader=""), idempotency_key="t-1.0")
    assert "t-1.0" not in str(web.last.headers)


@pytest.mark.parametrize(
    ("status", "ok"), [(200, True), (204, True), (302, False), (400, False), (500, False)]
)
def test_an_answer_of_200_to_299_is_a_success(web, status, ok):
    web.answer = lambda request: httpx.Response(status, text="no")

    result = publish({})

    assert result.ok is ok
    assert f"POST {URI} answered {status}" in result.text


def test_what_counts_as_a_success_can_be_chosen(web):
    web.answer = lambda request: httpx.Response(409, text="exists")
    statuses = [{"from": 200, "to": 300}, {"from": 409, "to": 410}]

    assert publish({}, build(success={"statuses": statuses})).ok


@pytest.mark.parametrize(
    ("body", "ok"),
    [
        ('{"status":"ok"}', True),
        ('{"status":"error"}', False),
        ("{}", False),
        ("<html>", False),
        ("", False),
    ],
)
def test_a_success_that_hides_an_error_is_found(web, body, ok):
    web.answer = lambda request: httpx.Response(200, text=body)

    result = publish({}, build(success={"condition": "status == 'ok'"}))

    assert result.ok is ok
    assert ok or "the condition on the body does not hold" in result.text


@pytest.mark.parametrize("status", [429, 503])
def test_the_wish_to_wait_is_noted(web, status):
    web.answer = lambda request: httpx.Response(status, headers={"Retry-After": "120"})

    result = publish({})

    assert not result.ok
    assert result.detail["retry_after"] == "120"


def test_request_and_answer_are_noted(web):
    web.answer = lambda request: httpx.Response(201, text="made", headers={"X-Id": "7"})

    detail = publish({"sku": "A"}).detail

    assert detail["request"]["body"] == '{"sku":"A"}'
    assert detail["request"]["url"] == URI
    assert detail["response"]["status"] == 201
    assert detail["response"]["headers"]["x-id"] == "7"
    assert detail["response"]["body"] == "made"
    assert detail["duration_ms"] >= 0


def test_a_target_that_cannot_be_reached_is_an_error_with_its_note(web):
    def fail(request):
        raise httpx.ConnectError("Connection refused")

    web.answer = fail

    with pytest.raises(PublisherError, match="could not connect: Connection refused") as caught:
        publish({"sku": "A"})
    assert caught.value.detail["request"]["body"] == '{"sku":"A"}'


def test_a_missing_value_is_an_error_and_nothing_is_sent(web):
    with pytest.raises(PublisherError, match="“name” is missing in the data here"):
        publish({}, build({"payload": {"n": "&{name}"}}))

    assert web.requests == []


def test_no_action_does_nothing():
    publisher = publishers.build(
        publishers.clean({"prototype": "no-action-publisher", "parameters": []})
    )

    assert publish({"a": 1}, publisher).ok


def test_a_serializer_writes_the_data(web):
    form = {"prototype": "form-url-encoded", "parameters": []}

    publish({"a": {"b": [1]}}, build({"serializer": form}))

    assert web.last.content == b"a[b][0]=1"
    assert web.last.headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "request_",
    [
        {"uri": URI + "/${HOOK_TOKEN}"},
        {"payload": {"pin": "${HOOK_TOKEN}"}},
        {"payload": "key=${HOOK_TOKEN}", "payloadType": "raw"},
    ],
)
def test_a_variable_that_is_called_like_a_secret_is_noted_nowhere(web, request_):
    context = Context(variables={"HOOK_TOKEN": "canary-token", "HOST": "erp.example"})

    result = build(request_).publish(Entity({"sku": "A"}), context)

    assert "canary-token" in str(web.last.url) + web.last.content.decode()
    assert "canary-token" not in f"{result.text} {result.detail}"
    assert "erp.example" in result.text
