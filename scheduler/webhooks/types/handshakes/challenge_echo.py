"""Handshake: a challenge in the body, said back (Slack, monday.com and others)."""

from django import forms

from scheduler.webhooks.kinds import Handshake
from scheduler.webhooks.registries import handshakes
from scheduler.webhooks.types.echo import as_json, as_text, document_of


@handshakes.register
class ChallengeEcho(Handshake):
    """What holds other fields is a delivery, unless the type says that it is none: a record that
    happens to have the field must not be lost."""

    prototype, label = "challenge-echo", "Challenge in the body"
    help = (
        "Answers a JSON body that holds nothing but a challenge, or whose type says that it is "
        "one. Slack and monday.com ask so."
    )
    comes_first = True  # it proves nothing, to either side

    class Parameters(forms.Form):
        field = forms.CharField(label="Field of the challenge", initial="challenge")
        typeField = forms.CharField(label="Field of the type", initial="type")
        typeValue = forms.CharField(label="Type of a challenge", initial="url_verification")
        answer = forms.ChoiceField(
            label="Answer",
            choices=[("json", "as JSON, under the same name"), ("text", "as plain text")],
            initial="json",
        )

    def answer(self, call):
        document, field = document_of(call), self.parameters["field"]
        if not isinstance(document, dict) or not isinstance(document.get(field), str):
            return None
        kind = document.get(self.parameters["typeField"])
        if kind != self.parameters["typeValue"] and set(document) != {field}:
            return None
        text = document[field]
        return as_text(text) if self.parameters["answer"] == "text" else as_json({field: text})
