"""Handshake: may you deliver here? (CloudEvents, HTTP webhooks 1.0, section 4)."""

import re

from scheduler.webhooks.call import Answer
from scheduler.webhooks.kinds import Handshake
from scheduler.webhooks.registries import handshakes

_ORIGIN = re.compile(r"[A-Za-z0-9.-]{1,253}")


@handshakes.register
class CloudEvents(Handshake):
    prototype, label = "cloud-events", "CloudEvents"
    help = "Answers OPTIONS with the permission to deliver. Azure Event Grid and others ask so."
    methods = ("OPTIONS",)
    comes_first = True  # it proves nothing: what is delivered must still be let in

    def answer(self, call):
        origin = call.headers.get("webhook-request-origin", "").strip()
        if call.method != "OPTIONS" or not _ORIGIN.fullmatch(origin):
            return None
        return Answer(200, headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"})
