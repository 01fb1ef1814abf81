"""Sources and targets that misbehave for real: each ends in a sentence on the process or task."""

import threading

import pytest

from connectors.errors import PublisherError, SubscriberError
from connectors.registries import publishers, subscribers
from tests.connectors.fault_server import FaultServer
from transformers.context import Context
from transformers.entity import Entity

FAULTS = {
    "hang": "took longer than 1 s. It may still have acted on the request.",
    "drip": "took longer than 1 s.",
    "reset": "broke the connection off",
    "silent-close": "closed the connection without an answer",
    "short": "broke off in the middle of its answer",
    "huge": "answered more than 1 MB. Ask for smaller pages",
    "endless": "answered more than 1 MB.",
    "bomb": "answered more than 1 MB.",
    "status/500": "answered 500 Internal Server Error: oops. The fault is on its side.",
}


@pytest.fixture(scope="module")
def server():
    server = FaultServer()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def allow_this_machine(settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["127.0.0.1"]


def settings_of(server, path):
    limits = {"timeout": 1.0, "maximumResponseSize": 1}
    if path in ("huge", "endless", "bomb"):
        limits["timeout"] = 30
    client = {"prototype": "http-client", "parameters": limits}
    return {"client": client, "request": {"uri": f"{server.url}/{path}"}}


def subscribe(server, path):
    spec = {"prototype": "http-subscriber", "parameters": settings_of(server, path)}
    subscriber = subscribers.build(subscribers.clean(spec))
    try:
        return [record for page in subscriber.subscribe(Context()) for record in page.records]
    finally:
        subscriber.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        *FAULTS.items(),
        ("html", "answered 200 with HTML or XML, not JSON, at line 1: <!doctype html>"),
        ("half-json", "the text ends where “:” is expected"),
    ],
)
def test_a_source_that_misbehaves_is_named(server, path, words):
    with pytest.raises(SubscriberError) as caught:
        subscribe(server, path)

    assert str(caught.value).startswith(f"GET {server.url}/{path} ")
    assert words in str(caught.value)
    assert caught.value.detail["request"]["method"] == "GET"


def test_a_target_that_misbehaves_is_named_and_the_next_record_goes_on(server):
    for path, words in FAULTS.items():
        parameters = settings_of(server, "&{path}") | {
            "client": settings_of(server, path)["client"]
        }
        spec = {"prototype": "http-publisher", "parameters": parameters}
        publisher = publishers.build(publishers.clean(spec))

        try:
            result = publisher.publish(Entity({"path": path}), Context())
            text, detail = result.text, result.detail
            assert not result.ok
        except PublisherError as error:
            text, detail = str(error), error.detail

        assert words in text
        assert detail["request"]["body"] == f'{{"path":"{path}"}}'
        assert publisher.publish(Entity({"path": "json"}), Context()).ok
        publisher.close()


def test_one_publisher_serves_many_threads(server):
    client = {"prototype": "http-client", "parameters": {}}
    parameters = {"client": client, "request": {"uri": f"{server.url}/echo"}}
    spec = {"prototype": "http-publisher", "parameters": parameters}
    publisher = publishers.build(publishers.clean(spec))
    mixed = []

    def publish(number):
        for count in range(20):
            mark = f"{number}-{count}"
            result = publisher.publish(Entity({"mark": mark}), Context())
            if f'{{"mark":"{mark}"}}' not in result.data:
                mixed.append(mark)

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert mixed == []
    publisher.close()
