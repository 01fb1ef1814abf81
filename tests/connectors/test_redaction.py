"""Secrets do not reach logs and stored requests, in whatever form they travel."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from connectors.redaction import Redactor, is_secret_name

SECRET = 'p@ss w/rd+é"key&more'


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"prefix{SECRET}suffix",
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps({"a": SECRET}),
        json.dumps({"a": SECRET}, ensure_ascii=False),
    ],
)
def test_a_known_secret_is_found_however_it_is_written(text):
    redacted = Redactor([SECRET]).text(text)

    assert "••••••••" in redacted
    assert "more" not in redacted


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "abcd"])
def test_a_known_secret_is_found_inside_base64(user):
    token = base64.b64encode(f"{user}:{SECRET}:tail".encode()).decode()

    redacted = Redactor([SECRET]).text(f"Basic {token}")

    assert "••••••••" in redacted
    assert len(redacted) < len(token) / 2 + 16


def test_without_secrets_nothing_changes():
    assert Redactor([]).text("a b c") == "a b c"
    assert Redactor(["", None, "ab"]).text("ab abc") == "ab abc"


def test_the_longest_secret_wins():
    assert Redactor(["token", "token-and-more"]).text("x token-and-more") == "x ••••••••"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/a?b=c", "https://shop.example/a?b=c"),
        ("https://me:pw@shop.example/a", "https://••••••••@shop.example/a"),
        ("https://x/?access_token=abc&q=1", "https://x/?access_token=••••••••&q=1"),
        ("https://x/?q=1&api_key=abc#top", "https://x/?q=1&api_key=••••••••#top"),
        ("https://x/?key=abc&monkey=1", "https://x/?key=••••••••&monkey=1"),
    ],
)
def test_a_url_is_shown_without_credentials(url, shown):
    assert Redactor().url(url) == shown


@pytest.mark.parametrize(
    "name",
    ["Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "X-Shopify-Access-Token", "X-Signature"],
)
def test_headers_that_carry_credentials_are_known_by_name(name):
    assert is_secret_name(name)
    assert Redactor().headers([(name, "v")]) == {name: "••••••••"}


@pytest.mark.parametrize(
    "name", ["Idempotency-Key", "Content-Type", "Accept", "X-Keyboard", "ETag", "WWW-Authenticate"]
)
def test_other_headers_are_shown(name):
    assert not is_secret_name(name)


def test_a_json_value_is_redacted_at_any_depth():
    value = {"a": [SECRET, {"b": SECRET}], "n": 1, SECRET: None}

    assert SECRET not in repr(Redactor([SECRET]).value(value))
