"""Handshake: calls that only try the way, told by a header."""

from django import forms

from scheduler.webhooks.call import Answer
from scheduler.webhooks.kinds import Handshake
from scheduler.webhooks.registries import handshakes
from scheduler.webhooks.types.names import HeaderNameField


@handshakes.register
class Ping(Handshake):
    prototype, label = "ping", "Ping event"
    help = (
        "Answers 200 to calls whose header says that they only try the way, and makes nothing of "
        "them. They must be let in like all others. GitHub sends X-GitHub-Event: ping."
    )

    class Parameters(forms.Form):
        header = HeaderNameField(label="Header", initial="X-GitHub-Event")
        value = forms.CharField(label="Value", initial="ping")

    def answer(self, call):
        value = call.headers.get(self.parameters["header"].lower(), "")
        return Answer(200) if value == self.parameters["value"] else None
