"""Connections: base URI, headers, credentials, errors, and the types that imports bring."""

import base64

import httpx
import pytest
from django.core.exceptions import ValidationError

from alumio.components import MASK
from connectors.errors import ConnectorError, PublisherError, SubscriberError
from connectors.forms import ConnectionForm
from connectors.registries import clients, publishers, subscribers
from connectors.types.authentications.magento import sign
from transformers.context import Context
from transformers.entity import Entity

BASE = {"prototype": "base-uri", "parameters": {"uri": {"parameters": "${SHOP}"}, "config": []}}
VARIABLES = {"SHOP": "https://shop.example/api/", "TOKEN": "canary-token"}


def client(*authentications, plugins=(BASE,), **parameters):
    given = {"plugins": list(plugins), "authentications": list(authentications), **parameters}
    return {"prototype": "http-client", "parameters": given}


def subscriber(client, uri="/orders", **request):
    parameters = {"client": client, "request": {"uri": uri, **request}}
    return subscribers.build(
        subscribers.clean({"prototype": "http-subscriber", "parameters": parameters})
    )


def fetch(subscriber):
    context = Context(variables=VARIABLES)
    for page in subscriber.subscribe(context):
        list(page.records)
    return context


def authentication(prototype, **parameters):
    return {"prototype": prototype, "parameters": parameters}


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("/orders", "https://shop.example/api/orders"),
        ("orders", "https://shop.example/api/orders"),
        ("", "https://shop.example/api/"),
        ("?page=1", "https://shop.example/api/?page=1"),
        ("https://other.example/x", "https://other.example/x"),
        ("/find?u=http://x/", "https://shop.example/api/find?u=http://x/"),
    ],
)
def test_the_base_uri_stands_in_front_of_what_is_not_absolute(web, uri, url):
    fetch(subscriber(client(), uri))

    assert str(web.last.url) == url


def test_headers_are_added_unless_the_request_has_them(web):
    headers = {"prototype": "header-append", "parameters": {"headers": {"Accept": "a/b", "X-A": 1}}}

    fetch(subscriber(client(plugins=[BASE, headers]), headers={"x-a": "2"}))

    assert web.last.headers["accept"] == "a/b"
    assert web.last.headers.get_list("x-a") == ["2"]


def test_basic_credentials(web):
    fetch(subscriber(client(authentication("basic", username="me", password="${TOKEN}"))))

    expected = base64.b64encode(b"me:canary-token").decode()
    assert web.last.headers["authorization"] == f"Basic {expected}"


def test_a_bearer_token(web):
    fetch(subscriber(client(authentication("bearer", token="${TOKEN}"))))

    assert web.last.headers["authorization"] == "Bearer canary-token"


def test_a_key_in_a_header(web):
    fetch(subscriber(client(authentication("header", name="X-Key", value="${TOKEN}"))))

    assert web.last.headers["x-key"] == "canary-token"


def test_a_key_in_the_query(web):
    key = authentication("query-parameter", name="key", value="${TOKEN}")

    fetch(subscriber(client(key), "/orders?key=old&a=1"))

    assert str(web.last.url) == "https://shop.example/api/orders?a=1&key=canary-token"


def test_the_authentication_of_one_request(web):
    fetch(subscriber(client(), authentications=[authentication("bearer", token="abcdef")]))

    assert web.last.headers["authorization"] == "Bearer abcdef"


SECRETIVE = [
    authentication("basic", username="me", password="${TOKEN}"),
    authentication("bearer", token="${TOKEN}"),
    authentication("header", name="X-Plain", value="${TOKEN}"),
    authentication("query-parameter", name="plain", value="${TOKEN}"),
]


@pytest.mark.parametrize("given", SECRETIVE, ids=lambda given: given["prototype"])
@pytest.mark.parametrize("fails", [False, True, "network"])
def test_no_secret_is_logged_or_told(web, given, fails):
    def answer(request):
        if fails == "network":
            raise httpx.ReadError("canary-token")
        text = f'{{"echo":"{request.headers} {request.url}"}}'.replace("'", "")
        return httpx.Response(500 if fails else 200, text=text)

    web.answer = answer
    logger = authentication("logger", formatter="full")

    try:
        told = repr(fetch(subscriber(client(given, plugins=[BASE, logger]))).messages)
    except SubscriberError as error:
        told = str(error) + repr(error.detail)

    assert "canary-token" not in told
    assert base64.b64encode(b"me:canary-token").decode() not in told
    assert "••••••••" in told


def test_a_publisher_tells_no_secret_either(web):
    def fail(request):
        raise httpx.ReadError(f"no {request.headers['authorization']}")

    web.answer = fail
    given = client(authentication("bearer", token="${TOKEN}"))
    spec = {
        "prototype": "http-publisher",
        "parameters": {"client": given, "request": {"uri": "/x"}},
    }
    publisher = publishers.build(publishers.clean(spec))

    with pytest.raises(PublisherError) as caught:
        publisher.publish(Entity({"note": "canary-token"}), Context(variables=VARIABLES))

    assert "canary-token" not in str(caught.value) + repr(caught.value.detail)


def test_error_statuses_can_be_chosen(web):
    web.answer = lambda request: httpx.Response(404, json={"message": "none"})
    only_500 = client(errorHttpCodeRanges=[{"from": "500", "to": "600"}])

    fetch(subscriber(only_500))
    fetch(subscriber(client(enableErrorHandling=False)))
    with pytest.raises(SubscriberError, match="answered 404 Not Found"):
        fetch(subscriber(client()))


def test_limits_reach_the_door():
    made = clients.build(
        clients.clean(
            client(
                timeout="5",
                connectTimeout=1,
                maximumResponseSize=2,
                followRedirects=True,
                acceptCompressed=True,
                ssl={"ssl_verifypeer": False},
            )
        )
    )

    assert made.options() == {
        "deadline_seconds": 5.0,
        "connect_seconds": 1.0,
        "max_bytes": 2 * 1024 * 1024,
        "follow_redirects": True,
        "compressed": True,
        "verify": False,
    }


def test_certificates_are_checked_by_default():
    assert clients.build({"prototype": "http-client", "parameters": {}}).options()["verify"]


def test_what_is_not_supported_is_said(web):
    with pytest.raises(SubscriberError, match="sets “proxy”, which is not supported yet"):
        fetch(subscriber(client(proxy={"host": "proxy"})))


def test_what_is_not_supported_is_masked_whole_for_it_may_hold_credentials():
    field = ConnectionForm.base_fields["client"]
    given = {"proxy": [{"uri": "http://me:pw@proxy", "port": 8080}], "httpauth": {"pw": "${PW}"}}
    stored = field.clean(client(**given))

    shown = field.walk_secrets(stored, None, lambda secret, _: MASK)
    assert shown["parameters"]["proxy"] == [{"uri": MASK, "port": MASK}]
    assert shown["parameters"]["httpauth"] == {"pw": "${PW}"}

    restored = field.walk_secrets(shown, stored, lambda new, old: old if new == MASK else new)
    assert restored == stored

    with pytest.raises(ValidationError, match="Give the secret again"):
        field.clean(shown)


AKENEO = {
    "prototype": "akeneo-http-client-v2",
    "parameters": {
        "key": "",
        "baseUri": "${SHOP}",
        "clientId": "id",
        "clientSecret": "sec-ret",
        "username": "me",
        "password": "pass-word",
        "enableLogging": True,
        "loggerFormatter": "full",
        "advanced": [],
    },
}


def test_akeneo_asks_for_a_token_once_and_again_when_it_is_refused(web):
    def answer(request):
        if request.url.path.endswith("/api/oauth/v1/token"):
            number = sum("oauth" in str(sent.url) for sent in web.requests)
            return httpx.Response(
                200, json={"access_token": f"granted-{number}", "expires_in": 3600}
            )
        refused = request.headers["authorization"] == "Bearer granted-1" and len(web.requests) > 3
        return httpx.Response(401 if refused else 200, json=[])

    web.answer = answer
    source = subscriber(AKENEO, "/api/rest/v1/products")

    fetch(source)
    fetch(source)
    fetch(source)

    paths = [request.url.path.rpartition("/")[2] for request in web.requests]
    assert paths == ["token", "products", "products", "products", "token", "products"]
    assert web.requests[0].headers["authorization"].startswith("Basic ")
    assert web.requests[0].content == (
        b'{"grant_type":"password","username":"me","password":"pass-word"}'
    )
    assert web.last.headers["authorization"] == "Bearer granted-2"


def test_akeneo_that_gives_no_token_is_explained(web):
    web.answer = lambda request: httpx.Response(422, text="pass-word is wrong")

    with pytest.raises(SubscriberError, match="gave no token but answered 422") as caught:
        fetch(subscriber(AKENEO))

    assert "pass-word" not in str(caught.value) + repr(caught.value.detail)


def test_shopify(web):
    parameters = {"token": "${TOKEN}", "baseUri": "${SHOP}", "advanced": []}

    fetch(subscriber({"prototype": "shopify-http-client-v3", "parameters": parameters}))

    assert web.last.headers["x-shopify-access-token"] == "canary-token"


def test_spryker_can_be_kept_but_not_run(web):
    spec = {
        "prototype": "alumio-spryker-dynamic-data-exchange-http-client-v2",
        "parameters": {
            "key": "k",
            "baseUrl": "${SHOP}",
            "username": "u",
            "password": "p",
            "advanced": {},
        },
    }

    assert clients.clean(spec)["parameters"]["baseUrl"] == "${SHOP}"
    with pytest.raises(SubscriberError, match="cannot be used yet"):
        fetch(subscriber(spec))


def test_a_magento_integration_signs_its_requests(web):
    keys = dict.fromkeys(
        ("consumerKey", "consumerSecret", "accessToken", "accessTokenSecret"), "k1k2"
    )
    signature = {"prototype": "oauth1-hmac-sha256", "parameters": []}
    given = authentication("magento-2-integration-oauth1", signature=signature, **keys)

    fetch(subscriber(client(given), "/orders?a=1"))

    header = web.last.headers["authorization"]
    assert header.startswith('OAuth oauth_consumer_key="k1k2"')
    assert 'oauth_signature_method="HMAC-SHA256"' in header


def test_the_signature_is_that_of_the_standard():
    """Parameters of RFC 5849 §3.4.1, whose base string is given there; signed with SHA-256."""
    import hashlib
    import hmac

    url = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2=&a3=2+q"
    oauth = {
        "oauth_consumer_key": "9djdj82h48djs9d2",
        "oauth_token": "kkk9d7dh3k39sjv7",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131201",
        "oauth_nonce": "7d8f3e4a",
    }
    base = (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )

    expected = base64.b64encode(hmac.new(b"a&b", base.encode(), hashlib.sha256).digest()).decode()
    assert sign("post", url, oauth, "a&b") == expected


def test_a_connection_that_fails_before_sending_is_a_connector_error():
    assert issubclass(SubscriberError, ConnectorError)


def test_secrets_are_masked_and_kept_when_a_mask_comes_back():
    headers = {"X-Api-Key": "canary", "Accept": "a/b", "Authorization": "Bearer ${TOKEN}"}
    plugin = {"prototype": "header-append", "parameters": {"headers": headers}}
    bearer = authentication("bearer", token="canary")
    stored = clients.clean(client(bearer, plugins=[plugin]))

    shown = clients.mask(stored)

    assert "canary" not in repr(shown)
    assert shown["parameters"]["plugins"][0]["parameters"]["headers"] == {
        "X-Api-Key": "••••••••",
        "Accept": "a/b",
        "Authorization": "Bearer ${TOKEN}",
    }
    field = ConnectionForm.base_fields["client"]
    assert field.walk_secrets(shown, stored, lambda new, old: old if new == MASK else new) == stored


def test_a_header_that_is_called_like_a_credential_is_kept_quiet(web):
    web.answer = lambda request: httpx.Response(500, text=request.headers["x-api-key"])
    plugin = {"prototype": "header-append", "parameters": {"headers": {"X-Api-Key": "canary-1"}}}

    with pytest.raises(SubscriberError) as caught:
        fetch(subscriber(client(plugins=[BASE, plugin])))

    assert "canary-1" not in str(caught.value) + repr(caught.value.detail)
