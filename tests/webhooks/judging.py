"""Words for tests of who may call: a validator, a call, and what the one says of the other."""

from scheduler.webhooks.call import Call
from scheduler.webhooks.judgement import judge
from scheduler.webhooks.kinds import Handshake, Refused, Validator
from scheduler.webhooks.registries import handshakes, validators

NOW = 1_700_000_000
"""When calls arrive, unless a test says otherwise."""


def make_validator(prototype: str, **parameters) -> Validator:
    return validators.build(validators.clean({"prototype": prototype, "parameters": parameters}))


def make_handshake(prototype: str, **parameters) -> Handshake:
    return handshakes.build(handshakes.clean({"prototype": prototype, "parameters": parameters}))


def make_call(body: bytes = b"{}", headers: dict | None = None, **parts) -> Call:
    parts = {
        "method": "POST",
        "url": "https://platform.example/api/v1/webhook/orders",
        "query": "",
        "sender": "203.0.113.7",
        "received_at": float(NOW),
    } | parts
    headers = {name.lower(): value for name, value in (headers or {}).items()}
    return Call(body=body, headers=headers, **parts)


def refusal(validator: Validator | list[Validator], call: Call) -> str:
    """Why the call is refused, which is always told; empty if it is let in."""
    try:
        judge(validator if isinstance(validator, list) else [validator], call)
    except Refused as refused:
        return str(refused)
    return ""


def lets_in(validator: Validator | list[Validator], call: Call) -> bool:
    return refusal(validator, call) == ""
