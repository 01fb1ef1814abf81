"""Who may call: nobody at first, then those whom every validator lets in. And what is kept."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from alumio.component_schema import definitions, name_of
from alumio.components import MASK
from scheduler.webhooks.judgement import redacted_headers, redacted_query
from scheduler.webhooks.registries import handshakes, validators
from tests.webhooks.judging import NOW, lets_in, make_call, make_validator, refusal
from tests.webhooks.senders import EVERY, NEW

SECRET = {"header": "X-Secret", "secret": NEW}


def disabled(prototype: str, **parameters):
    spec = {"prototype": prototype, "parameters": parameters, "meta": {"disabled": True}}
    return validators.build(validators.clean(spec))


def test_nobody_may_call_until_somebody_is_chosen():
    assert "Nobody may call this webhook until" in refusal([], make_call())


def test_anybody_may_call_where_that_is_said():
    assert lets_in(make_validator("open"), make_call())


def test_a_disabled_validator_neither_refuses_nor_lets_in():
    assert "Nobody may call" in refusal([disabled("open")], make_call())
    assert "Nobody may call" in refusal([disabled("header-secret", **SECRET)], make_call())
    assert lets_in([disabled("header-secret", **SECRET), make_validator("open")], make_call())


def test_anybody_beside_a_secret_still_needs_the_secret():
    both = [make_validator("open"), make_validator("header-secret", **SECRET)]

    assert "X-Secret is missing" in refusal(both, make_call())
    assert lets_in(both, make_call(headers={"X-Secret": NEW}))


def test_a_refusal_tells_which_validator_refused_by_the_name_it_was_given():
    spec = {"prototype": "bearer", "parameters": {"token": NEW}, "meta": {"name": "The shop"}}
    validator = validators.build(validators.clean(spec))

    assert refusal(validator, make_call()).startswith("The shop: The header Authorization")


def test_no_refusal_tells_a_secret_or_what_was_sent_instead():
    for sender in EVERY.values():
        validator = make_validator(sender.prototype, **sender.parameters(NEW))
        told = refusal(validator, make_call(b"{}", sender.sign("guessed-5521", b"{}", NOW)))
        assert told
        assert NEW not in told
        assert "guessed" not in told


@pytest.mark.parametrize(
    ("signed", "header", "reason"),
    [
        ("{timestamp}", "X-Time", "needs {body}"),
        ("", "", None),
        ("{body}", "X-Time", "needs {timestamp}"),
        ("{timestamp}.{body}", "", "name the header"),
        ("{id}.{body}", "", "no {id}"),
        ("{method} {url} {header X-Id} {body}", "", None),
        ("{body", "", "needs {body}"),
    ],
)
def test_a_signature_that_would_protect_nothing_is_refused_when_saved(signed, header, reason):
    settings = {"header": "X-Sign", "secret": NEW, "signed": signed, "timestampHeader": header}

    if reason is None:
        assert make_validator("hmac", **settings)
    else:
        with pytest.raises(ValidationError, match=reason.replace("{", r"\{")):
            make_validator("hmac", **settings)


@pytest.mark.parametrize("name", ["X Secret", "X-Secret:", "Größe", "X\nSecret"])
def test_the_name_of_a_header_must_be_one(name):
    with pytest.raises(ValidationError, match="The name of a header"):
        make_validator("header-secret", header=name, secret=NEW)


def test_the_settings_of_every_validator_and_handshake_are_described_for_the_api():
    described = definitions([validators, handshakes])

    for registry in (validators, handshakes):
        for component in registry:
            settings = described[name_of(registry, component)]["properties"]["parameters"]
            assert set(settings["properties"]) == set(component.Parameters.base_fields)


# -- what is kept -------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", EVERY.values(), ids=EVERY)
def test_nothing_that_is_kept_of_a_call_lets_anybody_in(sender):
    validator = make_validator(sender.prototype, **sender.parameters(NEW))
    headers = sender.sign(NEW, b"{}", NOW) | {"Content-Type": "application/json"}
    call = make_call(b"{}", headers)
    assert lets_in(validator, call)

    kept = redacted_headers([validator], call.headers)

    assert refusal(validator, make_call(b"{}", kept))
    assert NEW not in str(kept)
    assert kept["content-type"] == "application/json"
    assert set(kept) == set(call.headers)


@pytest.mark.parametrize(
    "name",
    ["authorization", "Authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token",
     "apikey", "x-amz-security-token", "x-hook-secret", "x-hub-signature", "x-shop-password"],
)  # fmt: skip
def test_headers_that_look_secret_are_masked_whoever_may_call(name):
    assert redacted_headers([], {name: "abc"}) == {name: MASK}
    assert redacted_headers([make_validator("open")], {name: "abc"}) == {name: MASK}


def test_headers_that_look_harmless_are_kept_unless_they_carry_the_secret():
    headers = {
        "x-shop": "abc",
        "user-agent": "shop/1",
        "idempotency-key": "7",
        "www-authenticate": "x",
    }
    named = make_validator("header-secret", header="X-Shop", secret="abc")

    assert redacted_headers([], headers) == headers
    assert redacted_headers([named], headers) == headers | {"x-shop": MASK}


def test_what_a_disabled_validator_names_is_masked_as_well():
    validator = disabled("header-secret", header="X-Shop", secret="abc")

    assert redacted_headers([validator], {"x-shop": "abc"}) == {"x-shop": MASK}


def test_secrets_in_the_address_are_masked_and_all_else_stays_as_it_was():
    validator = make_validator("query-secret", parameter="k", secret=NEW)
    query = f"a=1&k={NEW}&%6B={NEW}&token=x&b=%20+&k&&=&k=&K=2"

    kept = redacted_query([validator], query)

    assert kept == f"a=1&k={MASK}&%6B={MASK}&token={MASK}&b=%20+&k&&=&k=&K=2"
    assert redacted_query([validator], "") == ""


@settings(deadline=None)
@given(query=st.text())
def test_no_secret_that_would_be_found_in_a_query_is_kept_of_it(query):
    validator = make_validator("query-secret", parameter="k", secret=NEW)

    kept = redacted_query([validator], f"{query}&k={NEW}")

    assert not lets_in(validator, make_call(query=kept))
    assert NEW not in kept
