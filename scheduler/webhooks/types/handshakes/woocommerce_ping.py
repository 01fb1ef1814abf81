"""Handshake: the first call of a WooCommerce webhook."""

import re

from scheduler.webhooks.call import Answer
from scheduler.webhooks.kinds import Handshake
from scheduler.webhooks.registries import handshakes

_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


@handshakes.register
class WooCommercePing(Handshake):
    prototype, label = "woocommerce-ping", "WooCommerce ping"
    help = (
        "Answers the call that WooCommerce makes when a webhook is saved. It is not signed, holds "
        "nothing but the webhook's number, and must be answered 200."
    )
    comes_first = True  # it proves nothing

    def answer(self, call):
        return Answer(200) if _PING.fullmatch(call.body) else None
