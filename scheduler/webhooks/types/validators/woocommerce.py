"""Validator: WooCommerce's signatures."""

from scheduler.webhooks.registries import validators
from scheduler.webhooks.types.body_signature import BodySignature


@validators.register
class WooCommerce(BodySignature):
    prototype, label = "woocommerce", "WooCommerce"
    help = (
        "The header X-WC-Webhook-Signature. Take the handshake “WooCommerce ping” as well: the "
        "shop's first call is not signed."
    )

    header = "X-WC-Webhook-Signature"
