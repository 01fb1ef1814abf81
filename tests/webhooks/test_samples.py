"""The lines that a webhook's page shows get in, whatever validators were chosen."""

import json
import subprocess
import sys
import time

import pytest

from scheduler.webhooks import samples
from scheduler.webhooks.models import Webhook
from scheduler.webhooks.registries import validators
from tests.webhooks.judging import lets_in
from tests.webhooks.test_docs import CURL, call_of

URL = "https://platform.example/api/v1/webhook/orders"
SECRET = "the-secret"
STANDARD = "whsec_dGhlLXNlY3JldA=="


def chosen(prototype: str, **parameters) -> dict:
    return validators.clean({"prototype": prototype, "parameters": parameters})


def hmac(**parameters) -> dict:
    return chosen("hmac", **{"header": "X-Signature", "secret": SECRET} | parameters)


LISTS = {
    "open": [chosen("open")],
    "header": [chosen("header-secret", header="X-Secret", secret=SECRET)],
    "strange header": [chosen("header-secret", header="X-$`'!", secret=SECRET)],
    "query": [chosen("query-secret", parameter="a token", secret=SECRET)],
    "bearer": [chosen("bearer", token=SECRET)],
    "github": [chosen("github", secret=SECRET)],
    "shopify": [chosen("shopify", secret=SECRET)],
    "stripe": [chosen("stripe", secret=SECRET)],
    "woocommerce": [chosen("woocommerce", secret=SECRET)],
    "standard": [chosen("standard-webhooks", secret=STANDARD)],
    "svix": [chosen("standard-webhooks", secret=STANDARD, headers="svix")],
    "hmac": [hmac()],
    "hmac base64url": [hmac(encoding="base64url", algorithm="sha512", prefix="v$=")],
    "hmac with time": [hmac(timestampHeader="X-Time", timestampUnit="milliseconds")],
    "hmac of parts": [
        hmac(signed='"$x`{method}{url}{body}\\{header X-Id}', encoding="base64", algorithm="sha1")
    ],
    "two": [
        chosen("header-secret", header="X-Secret", secret=SECRET),
        chosen("github", secret=SECRET),
    ],
}


def call_by(lines: str, folder):
    """The call that a shell makes of these lines."""
    curl = folder / "curl"
    curl.write_text(CURL.format(python=sys.executable))
    curl.chmod(0o755)
    script = f'PATH="{folder}:$PATH"\n{lines}'
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, timeout=600)
    return call_of(json.loads((folder / "calls").read_text()))


@pytest.mark.parametrize("specs", LISTS.values(), ids=LISTS)
def test_the_lines_get_in(specs, tmp_path):
    webhook = Webhook(identifier="orders", validators=specs, methods=["POST"])

    call = call_by(samples.lines(webhook, URL), tmp_path)

    assert lets_in([validators.build(spec) for spec in specs], call)
    assert json.loads(call.body) == {"sku": "A-1", "stock": 7}
    assert call.headers["content-type"] == "application/json"


def test_a_name_and_a_password_are_given_to_curl_as_such():
    spec = chosen("basic", username='a"$b', password=SECRET)
    webhook = Webhook(identifier="orders", validators=[spec], methods=["PUT"])

    lines = samples.lines(webhook, URL)

    assert '-u "a\\"\\$b:$SECRET"' in lines
    assert "curl -X PUT " in lines


def test_no_secret_stands_in_the_lines():
    spec = chosen("header-secret", header="X-Secret", secret="correct-horse")
    webhook = Webhook(identifier="orders", validators=[spec], methods=["POST"])

    assert "correct-horse" not in samples.lines(webhook, URL)


@pytest.mark.parametrize("specs", [[], [chosen("open") | {"meta": {"disabled": True}}]])
def test_where_nobody_may_call_there_are_no_lines(specs):
    assert samples.lines(Webhook(validators=specs, methods=["POST"]), URL) == ""


def test_the_body_is_of_the_first_type_that_is_taken(tmp_path):
    webhook = Webhook(
        validators=[chosen("open")], methods=["POST"], content_types=["text/csv", "text/plain"]
    )

    call = call_by(samples.lines(webhook, URL), tmp_path)

    assert (call.headers["content-type"], call.body) == ("text/csv", b"sku,stock\nA-1,7")
    assert call.received_at <= time.time()


def test_every_validator_that_checks_a_secret_has_lines_that_satisfy_it():
    asking = {
        v.prototype
        for v in validators
        if any(
            "secret" in n.lower() or "token" in n.lower() or "password" in n.lower()
            for n in v.Parameters.base_fields
        )
    }

    assert asking == set(samples.PROVING)
