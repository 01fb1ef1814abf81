"""Handshake: is somebody there?"""

from scheduler.webhooks.call import Answer
from scheduler.webhooks.kinds import Handshake
from scheduler.webhooks.registries import handshakes


@handshakes.register
class StatusCheck(Handshake):
    prototype, label = "status-check", "Status check"
    help = (
        "Answers 200 and nothing else to GET and HEAD. For senders and monitors that look "
        "whether the address exists; whoever asks learns that it does."
    )
    methods = ("HEAD", "GET")
    comes_first = True  # it proves nothing

    def answer(self, call):
        return Answer(200) if call.method in self.methods else None
