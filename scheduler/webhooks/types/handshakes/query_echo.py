"""Handshake: a challenge in the address, said back (Microsoft Graph, Meta, Dropbox, Adobe)."""

from django import forms

from scheduler.webhooks.kinds import Handshake, Refused
from scheduler.webhooks.registries import handshakes
from scheduler.webhooks.secrets import CallerSecretField, same_secret
from scheduler.webhooks.types.echo import as_json, as_text


@handshakes.register
class QueryEcho(Handshake):
    prototype, label = "query-echo", "Challenge in the address"
    help = (
        "Answers a call without a body whose address holds a challenge. Microsoft Graph sends "
        "validationToken; Meta sends hub.challenge with a token of yours in hub.verify_token; "
        "Dropbox and Adobe send challenge."
    )
    methods = ("GET",)
    comes_first = True  # it proves itself by the token, or nothing

    class Parameters(forms.Form):
        parameter = forms.CharField(label="Parameter of the challenge", initial="validationToken")
        tokenParameter = forms.CharField(
            required=False,
            label="Parameter of the token",
            help_text="Such as hub.verify_token. Empty: anybody's challenge is answered.",
        )
        token = CallerSecretField(required=False, label="Token")
        answer = forms.ChoiceField(
            label="Answer",
            choices=[("text", "as plain text"), ("json", "as JSON, under the same name")],
            initial="text",
        )

        def clean(self):
            cleaned = super().clean()
            if bool(cleaned.get("tokenParameter")) != bool(cleaned.get("token")):
                self.add_error("token", "Give both the token and its parameter, or neither.")
            return cleaned

    def answer(self, call):
        name = self.parameters["parameter"]
        challenge = call.parameters.get(name)
        if not challenge or call.body.strip():
            return None
        self._check_token(call)
        return (
            as_text(challenge)
            if self.parameters["answer"] == "text"
            else as_json({name: challenge})
        )

    def _check_token(self, call) -> None:
        name = self.parameters["tokenParameter"]
        if not name:
            return
        presented = call.parameters.get(name, "").encode(errors="surrogatepass")
        if not same_secret(presented, [self.parameters["token"].read()]):
            raise Refused(f"The token in the parameter {name} is missing or wrong.")

    def secret_parameters(self):
        name = self.parameters["tokenParameter"]
        return (name,) if name else ()
