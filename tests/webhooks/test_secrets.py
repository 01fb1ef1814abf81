"""Secrets of callers: how they are set, kept from sight, and missed."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from alumio.components import MASK
from alumio.exchange.variables import named_in, without_secrets
from alumio.fields import ComponentsField
from scheduler.webhooks.registries import validators
from tests.webhooks.judging import NOW, lets_in, make_call, make_validator, refusal
from tests.webhooks.senders import EVERY, NEW, OLD, Sender

BODY = b'{"sku": "A"}'

every = pytest.mark.parametrize("sender", EVERY.values(), ids=EVERY)


def spec(sender: Sender, *secrets: str) -> dict:
    return {"prototype": sender.prototype, "parameters": sender.parameters(*secrets)}


def call_of(sender: Sender, secret: str):
    return make_call(BODY, sender.sign(secret, BODY, NOW))


def with_secret(sender: Sender, written: str | None) -> dict:
    """A stored spec whose secret is this very text; None: it has none."""
    stored = spec(sender, NEW)
    stored["parameters"][sender.secret] = written
    if written is None:
        del stored["parameters"][sender.secret]
    return stored


# -- a secret that is missing -------------------------------------------------------------------


@every
@pytest.mark.parametrize("written", [None, "", "  "])
def test_nobody_is_let_in_where_a_stored_secret_is_missing(sender, written):
    validator = validators.build(with_secret(sender, written))

    for secret in (NEW, "-"):
        assert "No secret is set" in refusal(validator, call_of(sender, secret))


@every
@pytest.mark.parametrize("written", ["", None])
def test_a_validator_cannot_be_saved_without_its_secret(sender, written):
    with pytest.raises(ValidationError, match="required"):
        validators.clean(with_secret(sender, written))


@every
def test_a_secret_may_be_a_variable_and_nobody_is_let_in_when_it_is_gone(sender, monkeypatch):
    validator = validators.build(validators.clean(with_secret(sender, "${SHOP_SECRET}")))
    call = call_of(sender, NEW)

    assert "variable SHOP_SECRET is not set" in refusal(validator, call)

    monkeypatch.setenv("ALUMIO_VAR_SHOP_SECRET", sender.written(NEW))
    assert lets_in(validator, call)

    monkeypatch.setenv("ALUMIO_VAR_SHOP_SECRET", "")
    assert "variable SHOP_SECRET is not set" in refusal(validator, call)

    monkeypatch.setenv("ALUMIO_VAR_SHOP_SECRET", " ")
    assert "No secret is set" in refusal(validator, call)


@every
def test_a_previous_secret_that_cannot_be_read_is_not_accepted_and_stops_nobody(sender):
    stored = spec(sender, NEW, OLD)
    previous = next(name for name in stored["parameters"] if name.startswith("previous"))
    stored["parameters"][previous] = "${GONE}"
    validator = validators.build(stored)

    assert lets_in(validator, call_of(sender, NEW))
    assert refusal(validator, call_of(sender, OLD))


@every
def test_a_previous_secret_lets_nobody_in_where_the_present_one_is_missing(sender):
    stored = spec(sender, NEW, OLD)
    stored["parameters"][sender.secret] = ""
    validator = validators.build(stored)

    assert "No secret is set" in refusal(validator, call_of(sender, OLD))


def test_a_secret_that_is_not_base64_lets_nobody_in(monkeypatch):
    sender = EVERY["standard webhooks"]
    monkeypatch.setenv("ALUMIO_VAR_KEY", "whsec_ä")

    validator = validators.build(with_secret(sender, "${KEY}"))

    assert "nobody is let in" in refusal(validator, call_of(sender, NEW))
    with pytest.raises(ValidationError, match="whsec_ and base64"):
        validators.clean(with_secret(sender, "whsec_ä"))
    with pytest.raises(ValidationError, match="whsec_ and base64"):
        validators.clean(with_secret(sender, "whsec_"))


# -- how they are written -----------------------------------------------------------------------


def test_a_secret_is_taken_as_it_stands_whatever_signs_it_has():
    odd = "&{id} ?{x} @{scope.task} $ {A} {{ü}}"
    validator = make_validator("query-secret", parameter="key", secret=odd)

    assert named_in({"secret": odd}) == set()
    assert lets_in(
        validator, make_call(query="key=%26%7Bid%7D+?{x}+@{scope.task}+$+{A}+{{%C3%BC}}")
    )
    assert "wrong" in refusal(validator, make_call(query="key=id"))


@settings(deadline=None)
@given(
    secret=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
    .map(str.strip)
    .filter(lambda text: text and "${" not in text)
)
def test_a_secret_of_any_signs_signs(secret):
    for name in ("standard webhooks", "stripe", "github", "shopify", "slack"):
        validator = validators.build(validators.clean(spec(EVERY[name], secret)))
        assert lets_in(validator, call_of(EVERY[name], secret))
        assert not lets_in(validator, call_of(EVERY[name], secret + "x"))


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("a secret\n", "begins or ends with a blank"),
        (" a secret", "begins or ends with a blank"),
        ("   ", "begins or ends with a blank"),
        ("${lower}", "capitals, digits and _"),
        ("${SHOP_TOKEN}-and-more", "stands alone"),
        ("${ONE}${TWO}", "stands alone"),
        ("${NEVER_CLOSED", "capitals, digits and _"),
        (MASK, "Give the secret again"),
    ],
)
def test_a_secret_that_cannot_be_meant_is_refused_when_it_is_saved(secret, reason):
    with pytest.raises(ValidationError, match=reason):
        make_validator("bearer", token=secret)


@every
def test_secrets_are_masked_wherever_settings_are_shown(sender):
    shown = validators.mask(validators.clean(spec(sender, NEW, OLD)))

    assert sender.written(NEW) not in str(shown)
    assert sender.written(OLD) not in str(shown)
    assert str(shown).count(MASK) == 2


def test_the_name_of_a_variable_is_shown():
    stored = {"prototype": "bearer", "parameters": {"token": "${SHOP_TOKEN}"}}

    assert validators.mask(validators.clean(stored)) == stored


@every
def test_an_export_names_a_variable_for_each_secret_and_holds_none(sender):
    class Webhook(forms.Form):
        validators = ComponentsField(validators)

    stored = {"validators": [validators.clean(spec(sender, NEW, OLD))]}

    exported = without_secrets(Webhook.base_fields, stored, "shop")

    assert sender.written(NEW) not in str(exported)
    assert sender.written(OLD) not in str(exported)
    assert len(named_in(exported)) == 2
    assert validators.clean(exported["validators"][0]) == exported["validators"][0]


# -- secrets that are sent as they are ----------------------------------------------------------


def test_the_header_of_a_secret_is_found_by_a_name_in_any_case():
    validator = make_validator("header-secret", header="X-SECRET", secret=NEW)

    assert lets_in(validator, make_call(headers={"x-secret": NEW}))
    assert "X-SECRET is missing" in refusal(validator, make_call(headers={"x-secrets": NEW}))
    assert "is wrong" in refusal(validator, make_call(headers={"x-secret": f"{NEW},{NEW}"}))
    assert "is wrong" in refusal(validator, make_call(headers={"x-secret": NEW[:-1]}))
    assert "is wrong" in refusal(validator, make_call(headers={"x-secret": NEW + "x"}))
    assert "is wrong" in refusal(validator, make_call(headers={"x-secret": NEW.upper()}))


def test_a_secret_that_no_header_can_carry_is_refused_when_it_is_saved():
    for refused in ({"secret": "schlüssel"}, {"secret": NEW, "previousSecret": "schlüssel"}):
        with pytest.raises(ValidationError, match="only ASCII arrives"):
            make_validator("header-secret", header="X-Secret", **refused)
    assert make_validator("github", secret="schlüssel")


def test_a_secret_in_the_address_is_read_as_senders_write_it():
    validator = make_validator(
        "query-secret", parameter="token", secret="a b&c", previousSecret=OLD
    )

    assert lets_in(validator, make_call(query="x=1&token=a+b%26c"))
    assert lets_in(validator, make_call(query="to%6Ben=a%20b%26c"))
    assert lets_in(validator, make_call(query=f"token={OLD}"))
    assert "token is missing" in refusal(validator, make_call(query="token="))
    assert "token is missing" in refusal(validator, make_call(query="Token=a+b%26c"))
    assert "is wrong" in refusal(validator, make_call(query="token=a&token=a+b%26c"))
    assert "is wrong" in refusal(validator, make_call(query="token=%ff%fe"))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Bearer", "does not say Bearer"),
        ("Bearer ", "does not say Bearer"),
        (NEW, "does not say Bearer"),
        (f"Basic {NEW}", "does not say Bearer"),
        (f"Bearer {NEW} {NEW}", "is wrong"),
        (f"Bearer {NEW}, Bearer {NEW}", "is wrong"),
        (f"bearer {NEW}", ""),
        (f"BEARER   {NEW} ", ""),
    ],
)
def test_a_bearer_token_stands_alone_behind_its_word(header, reason):
    told = refusal(
        make_validator("bearer", token=NEW), make_call(headers={"Authorization": header})
    )

    assert reason in told
    assert bool(told) == bool(reason)


def test_user_name_and_password_must_both_be_right():
    validator = make_validator("basic", username="Aladdin", password="open sesame")

    def told(credentials: str) -> str:
        return refusal(validator, make_call(headers={"Authorization": f"Basic {credentials}"}))

    assert told("QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == ""  # the example of RFC 7617
    assert "is wrong" in told("YWxhZGRpbjpvcGVuIHNlc2FtZQ==")  # aladdin:open sesame
    assert "is wrong" in told("QWxhZGRpbjpvcGVu")  # Aladdin:open
    assert "is wrong" in told("QWxhZGRpbg==")  # Aladdin
    assert "is wrong" in told("QWxhZGRpbjpvcGVuIHNlc2FtZR==")  # the same, written in another way
    with pytest.raises(ValidationError, match="no colon"):
        make_validator("basic", username="Aladdin:", password="x")
