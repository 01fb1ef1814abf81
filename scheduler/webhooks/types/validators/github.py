"""Validator: GitHub's signatures, which Meta's platforms use as well."""

from scheduler.webhooks.registries import validators
from scheduler.webhooks.signatures import hexadecimal
from scheduler.webhooks.types.body_signature import BodySignature


@validators.register
class GitHub(BodySignature):
    prototype, label = "github", "GitHub"
    help = "The header X-Hub-Signature-256, as GitHub and Meta (with the app's secret) send it."

    header, prefix, encode = "X-Hub-Signature-256", b"sha256=", staticmethod(hexadecimal)
