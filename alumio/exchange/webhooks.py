"""Webhooks in a file: settings under names in Alumio's style, since none of its own exports of them
is public. The token of an address stays here: an imported webhook gets a new one."""

from alumio.exchange.settings import Settings
from scheduler.webhooks.models import Webhook

NAMES = {
    "incomings": "incomings",
    "requestValidators": "validators",
    "handshake": "handshake",
    "onlyByToken": "by_token",
    "answer": "answer",
    "waitSeconds": "wait_seconds",
    "methods": "methods",
    "contentTypes": "content_types",
    "maximumBytes": "max_bytes",
    "callsPerSecond": "calls_per_second",
    "maximumWaiting": "max_waiting",
    "keyHeader": "key_header",
    "keyPath": "key_path",
    "keyHours": "key_hours",
    "logging": "logging",
}


def read_webhook(body: dict) -> tuple[dict, list[str]]:
    settings = Settings(body.get("parameters"))
    data = {
        ours: settings.take(theirs) for theirs, ours in NAMES.items() if theirs in settings.left
    }
    return data, sorted(settings.left)


def write_webhook(webhook: Webhook, content: dict) -> dict:
    values = {theirs: content[ours] for theirs, ours in NAMES.items()}
    return {"parameters": {name: value for name, value in values.items() if value is not None}}
