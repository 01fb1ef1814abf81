"""Validator: everybody."""

from scheduler.webhooks.kinds import Validator
from scheduler.webhooks.registries import validators


@validators.register
class Open(Validator):
    prototype, label = "open", "Anybody may call"
    help = (
        "No check at all: whoever knows the address can send data. For senders that cannot prove "
        "who they are; better together with IP ranges."
    )

    def check(self, call):
        pass
