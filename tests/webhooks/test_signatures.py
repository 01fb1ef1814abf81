"""Signatures: what the senders' own libraries sign is let in, and nothing else is."""

import gidgethub
import gidgethub.sansio
import pytest
import slack_sdk.signature
import standardwebhooks
import stripe
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webhooks.judging import NOW, lets_in, make_call, make_validator, refusal
from tests.webhooks.senders import EVERY, NEW, OLD, OTHER, SIGNING, TIMED, Sender, whsec

BODY = '{"order": "ä-1"}'.encode()

every = pytest.mark.parametrize("sender", EVERY.values(), ids=EVERY)
signing = pytest.mark.parametrize("sender", SIGNING.values(), ids=SIGNING)
timed = pytest.mark.parametrize("sender", TIMED.values(), ids=TIMED)


def validator_of(sender: Sender, present: str = NEW, previous: str | None = None):
    return make_validator(sender.prototype, **sender.parameters(present, previous))


# -- published vectors --------------------------------------------------------------------------


def test_the_example_of_the_specification_standard_webhooks_is_let_in():
    validator = make_validator("standard-webhooks", secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    call = make_call(b'{"test": 2432232314}', headers, received_at=1614265330.0)

    assert lets_in(validator, call)


def test_the_example_of_githubs_documentation_is_let_in():
    validator = make_validator("github", secret="It's a Secret to Everybody")
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    call = make_call(b"Hello, World!", {"X-Hub-Signature-256": f"sha256={digest}"})

    assert lets_in(validator, call)


def test_the_example_of_slacks_documentation_is_let_in():
    slack = TIMED["slack"]
    validator = make_validator("hmac", **slack.settings, secret="8f742231b10e8888abcd99yyyzzz85a5")
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }

    assert lets_in(validator, make_call(body, headers, received_at=1531420618.0))


# -- the senders' own libraries -----------------------------------------------------------------


def standard_webhooks_accepts(secret, body, headers):
    try:
        standardwebhooks.Webhook(whsec(secret)).verify(body, headers, json_parse=False)
    except standardwebhooks.WebhookVerificationError:
        return False
    return True


def stripe_accepts(secret, body, headers):
    try:
        header = headers.get("Stripe-Signature")
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=300)
    except stripe.SignatureVerificationError:
        return False
    return True


def slack_accepts(secret, body, headers):
    try:
        return slack_sdk.signature.SignatureVerifier(secret).is_valid_request(body, headers)
    except ValueError:  # of a time that is no number
        return False


def github_accepts(secret, body, headers):
    try:
        signature = headers.get("X-Hub-Signature-256", "")
        gidgethub.sansio.validate_event(body, signature=signature, secret=secret)
    except gidgethub.ValidationFailure:
        return False
    return True


LIBRARIES = {
    "standard webhooks": standard_webhooks_accepts,
    "stripe": stripe_accepts,
    "slack": slack_accepts,
    "github": github_accepts,
}
TAMPERED = {
    "nothing": lambda secret, body, headers: (secret, body, headers),
    "another body": lambda secret, body, headers: (secret, body + b" ", headers),
    "an empty body": lambda secret, body, headers: (secret, b"", headers),
    "another secret": lambda secret, body, headers: (OTHER, body, headers),
    "no headers": lambda secret, body, headers: (secret, body, {}),
    "empty headers": lambda secret, body, headers: (secret, body, dict.fromkeys(headers, "")),
    "another signature": lambda secret, body, headers: (
        secret,
        body,
        {name: value[:-10] + value[-10:-1][::-1] + value[-1] for name, value in headers.items()},
    ),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
@pytest.mark.parametrize("name", LIBRARIES)
@time_machine.travel(NOW, tick=False)
def test_we_judge_as_the_senders_own_library_does(name, change):
    sender, accepts = SIGNING[name], LIBRARIES[name]
    headers = sender.sign(NEW, BODY, NOW)
    assert accepts(NEW, BODY, headers)

    secret, body, headers = change(NEW, BODY, headers)

    theirs = accepts(secret, body, headers)
    assert theirs == (change is TAMPERED["nothing"])
    assert lets_in(validator_of(sender, secret), make_call(body, headers)) == theirs


@pytest.mark.parametrize("seconds", [-3600, -301, -300, -1, 0, 1, 299, 300, 301, 3600])
@pytest.mark.parametrize("name", [name for name in LIBRARIES if name in TIMED])
@time_machine.travel(NOW, tick=False)
def test_we_accept_no_time_that_the_senders_own_library_refuses(name, seconds):
    sender, accepts = SIGNING[name], LIBRARIES[name]
    headers = sender.sign(NEW, BODY, NOW + seconds)

    ours = lets_in(validator_of(sender), make_call(BODY, headers))

    assert ours == (abs(seconds) <= 300)
    assert accepts(NEW, BODY, headers) or not ours


# -- every scheme -------------------------------------------------------------------------------


@every
@settings(deadline=None)
@given(body=st.text().map(str.encode))
def test_any_body_is_let_in_with_what_its_sender_puts_into_the_headers(sender, body):
    call = make_call(body, sender.sign(NEW, body, NOW))

    assert lets_in(validator_of(sender), call)


@signing
@settings(deadline=None)
@given(data=st.data())
def test_any_bit_that_is_flipped_in_the_body_is_noticed(sender, data):
    body = data.draw(st.text(min_size=1).map(str.encode))
    headers = sender.sign(NEW, body, NOW)

    call = make_call(flipped(body, data), headers)

    assert "signature is wrong" in refusal(validator_of(sender), call)


@every
@settings(deadline=None)
@given(data=st.data())
def test_any_bit_that_is_flipped_in_a_header_is_noticed(sender, data):
    headers = sender.sign(NEW, BODY, NOW)
    name = data.draw(st.sampled_from(sorted(headers)))
    scheme, space, value = headers[name].rpartition(
        " "
    )  # the word Bearer may be written in any case

    changed = flipped(value.encode("latin-1"), data).decode("latin-1")
    call = make_call(BODY, headers | {name: scheme + space + changed})

    assert not lets_in(validator_of(sender), call)


def flipped(text: bytes, data) -> bytes:
    place = data.draw(st.integers(0, len(text) * 8 - 1))
    changed = bytearray(text)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


@signing
def test_a_body_of_any_bytes_is_signed_as_it_is(sender):
    signed = sender.sign(NEW, b"\x00\xc3\xa9\r\n", NOW)

    assert lets_in(validator_of(sender), make_call(b"\x00\xc3\xa9\r\n", signed))
    assert not lets_in(validator_of(sender), make_call(b"\x00\xc3\xa9\n", signed))
    assert not lets_in(validator_of(sender), make_call(b"\x00\xe9\r\n", signed))


@timed
@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (-3600, "in the future"),
        (-300.5, "in the future"),
        (-300, ""),
        (0, ""),
        (300, ""),
        (300.5, "old; at most 5 minutes"),
        (3600, "60 minutes old"),
        (90_000, "25 hours old"),
    ],
)
def test_a_call_is_let_in_within_five_minutes_of_its_signature(sender, late, expected):
    headers = sender.sign(NEW, BODY, NOW)

    told = refusal(validator_of(sender), make_call(BODY, headers, received_at=NOW + late))

    assert expected in told
    assert bool(told) == bool(expected)


@timed
@pytest.mark.parametrize("stamp", ["", "soon", "-1", "+1700000000", "1_700_000_000", "1.7e9", "nan",
    "٣", "1700000000.5", "9" * 13, "9" * 5000, "0x65"])  # fmt: skip
def test_a_time_that_is_none_is_refused(sender, stamp):
    headers = {
        name: value.replace(str(NOW * 1000), stamp).replace(str(NOW), stamp)
        for name, value in sender.sign(NEW, BODY, NOW).items()
    }

    assert refusal(validator_of(sender), make_call(BODY, headers))


# -- rotation -----------------------------------------------------------------------------------


@every
def test_two_secrets_are_accepted_while_a_sender_changes_them(sender):
    by_old = make_call(BODY, sender.sign(OLD, BODY, NOW))
    by_new = make_call(BODY, sender.sign(NEW, BODY, NOW))
    by_other = make_call(BODY, sender.sign(OTHER, BODY, NOW))

    before, between = validator_of(sender, OLD), validator_of(sender, NEW, OLD)
    after = validator_of(sender, NEW)

    assert [lets_in(before, call) for call in (by_old, by_new, by_other)] == [True, False, False]
    assert [lets_in(between, call) for call in (by_old, by_new, by_other)] == [True, True, False]
    assert [lets_in(after, call) for call in (by_old, by_new, by_other)] == [False, True, False]


def test_any_of_the_signatures_by_standard_webhooks_may_be_right():
    sender = SIGNING["standard webhooks"]
    headers, other = sender.sign(NEW, BODY, NOW), sender.sign(OTHER, BODY, NOW)
    right, wrong = headers["webhook-signature"], other["webhook-signature"]

    def told(signatures: str) -> str:
        call = make_call(BODY, headers | {"webhook-signature": signatures})
        return refusal(validator_of(sender), call)

    assert told(f"{wrong} {right}") == ""
    assert told(f"v1a,asymmetric {right} v2,later") == ""
    assert "wrong" in told(f"{wrong} {wrong}")
    assert "no signature of version v1" in told(right.replace("v1,", "v1a,"))
    assert "no signature of version v1" in told(right.removeprefix("v1,"))
    assert "wrong" in told(f"{wrong} " * 20 + right)


def test_any_of_the_signatures_by_stripe_may_be_right_at_one_time():
    sender = SIGNING["stripe"]
    right = sender.sign(NEW, BODY, NOW)["Stripe-Signature"].partition(",v1=")[2]
    wrong = sender.sign(OTHER, BODY, NOW)["Stripe-Signature"].partition(",v1=")[2]

    def told(header: str) -> str:
        return refusal(validator_of(sender), make_call(BODY, {"Stripe-Signature": header}))

    assert told(f"t={NOW},v1={wrong},v1={right},v0={wrong}") == ""
    assert told(f"t={NOW}, v1={right}") == ""
    assert "no signature of version v1" in told(f"t={NOW},v0={right}")
    assert "wrong" in told(f"t={NOW},v1={wrong},v0={right}")
    assert "one time" in told(f"t={NOW},t={NOW},v1={right}")
    assert "one time" in told(f"v1={right}")


def test_several_signatures_of_any_sender_may_stand_in_one_header():
    settings = {"header": "X-Sign", "prefix": "sha256=", "secret": NEW}
    validator = make_validator("hmac", **settings)
    right = SIGNING["github"].sign(NEW, BODY, NOW)["X-Hub-Signature-256"]

    def told(header: str) -> str:
        return refusal(validator, make_call(BODY, {"X-Sign": header}))

    assert told(right) == told(f"sha1=abc, {right}") == told(f"sha256=00 {right}") == ""
    assert told("sha256=" + right.removeprefix("sha256=").upper()) == ""
    assert "There is no “sha256=”" in told(right.removeprefix("sha256="))
    assert "There is no “sha256=”" in told(f"x{right}")
    assert "wrong" in told("sha256=" + right.removeprefix("sha256=").title())


def test_a_signature_of_another_scheme_counts_for_nothing():
    github = make_validator("github", secret=NEW)
    signed = SIGNING["github"].sign(NEW, BODY, NOW)["X-Hub-Signature-256"]

    assert "missing" in refusal(github, make_call(BODY, {"X-Hub-Signature": signed}))
    assert "missing" in refusal(github, make_call(BODY, SIGNING["stripe"].sign(NEW, BODY, NOW)))
    twice = make_call(BODY, {"X-Hub-Signature-256": f"{signed},{signed}"})
    assert "wrong" in refusal(github, twice)


def test_what_was_signed_is_spelled_out_for_senders_of_any_kind():
    shape = "{header webhook-id}.{timestamp}.{body}"
    validator = make_validator(
        "hmac",
        header="webhook-signature",
        secret=NEW,
        encoding="base64",
        prefix="v1,",
        timestampHeader="webhook-timestamp",
        signed=shape,
    )
    headers = SIGNING["standard webhooks"].sign(NEW, BODY, NOW)

    assert lets_in(validator, make_call(BODY, headers))
    assert "webhook-id is missing" in refusal(
        validator, make_call(BODY, headers | {"webhook-id": ""})
    )


# -- garbage ------------------------------------------------------------------------------------


@every
@pytest.mark.parametrize(
    "garbage",
    ["", " ", ",", "=", "t=", "v1,", "\x00", "\xff" * 9, "☃", "\ud800", "a" * 1_000_000,
     "v1," * 100_000, "t=1," * 100_000, "Basic", "Basic ☃", "Bearer \ud800", "=" * 99,
     "Basic ===="],
)  # fmt: skip
def test_garbage_in_a_header_is_refused_and_breaks_nothing(sender, garbage):
    for name in sender.sign(NEW, BODY, NOW):
        headers = sender.sign(NEW, BODY, NOW) | {name: garbage}
        assert refusal(validator_of(sender, NEW, OLD), make_call(BODY, headers))


@every
@settings(deadline=None)
@given(garbage=st.text(st.characters()))
def test_no_text_of_any_kind_in_a_header_breaks_anything(sender, garbage):
    for name in sender.sign(NEW, BODY, NOW):
        call = make_call(BODY, sender.sign(NEW, BODY, NOW) | {name: garbage})
        assert refusal(validator_of(sender), call)


@every
def test_a_missing_header_is_named(sender):
    headers = sender.sign(NEW, BODY, NOW)

    for name in headers:
        rest = {other: value for other, value in headers.items() if other != name}
        told = refusal(validator_of(sender), make_call(BODY, rest))
        assert f"{name.lower()} is missing" in told.lower()
