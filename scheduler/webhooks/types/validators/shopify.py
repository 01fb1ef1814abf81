"""Validator: Shopify's signatures."""

from scheduler.webhooks.registries import validators
from scheduler.webhooks.types.body_signature import BodySignature


@validators.register
class Shopify(BodySignature):
    prototype, label = "shopify", "Shopify"
    help = (
        "The header X-Shopify-Hmac-Sha256. The secret is the app's client secret, or what the "
        "shop's page for webhooks shows."
    )

    header = "X-Shopify-Hmac-Sha256"
