"""Handshake: a challenge in a header, said back (Asana, Okta)."""

from django import forms

from scheduler.webhooks.call import Answer
from scheduler.webhooks.kinds import Handshake, Refused
from scheduler.webhooks.registries import handshakes
from scheduler.webhooks.types.echo import as_json, bounded
from scheduler.webhooks.types.names import HeaderNameField


@handshakes.register
class HeaderEcho(Handshake):
    prototype, label = "header-echo", "Challenge in a header"
    help = (
        "Answers a call that carries this header: with the same header (Asana: X-Hook-Secret), "
        "or in a field of JSON (Okta: X-Okta-Verification-Challenge, field verification)."
    )
    methods = ("GET",)
    comes_first = True  # it proves nothing

    class Parameters(forms.Form):
        header = HeaderNameField(label="Header of the challenge", initial="X-Hook-Secret")
        field = forms.CharField(
            required=False,
            label="Field of the answer",
            help_text="Empty: it is said back in the same header.",
        )

    def answer(self, call):
        name, field = self.parameters["header"], self.parameters["field"]
        challenge = call.headers.get(name.lower(), "")
        if not challenge or call.body.strip() not in (b"", b"{}"):
            return None
        if not challenge.isascii():
            raise Refused("A challenge with signs beyond ASCII is not answered.")
        if field:
            return as_json({field: challenge})
        return Answer(200, headers={name: bounded(challenge)})
