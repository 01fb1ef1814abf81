"""Keeping a tried record as a sample: it goes into the draft's incoming, and is saved with it."""

from django.contrib import messages

from alumio import jsontext
from alumio.builder import editing
from alumio.builder.creating import Refused
from alumio.builder.document import Document, Part
from alumio.builder.screen import say
from alumio.builder.views import Change
from alumio.jsontext import JSONTextError

KEPT = "sample-kept"
"""The event by which the panel hears of it, to offer the sample at once."""


class KeepSample(Change):
    """The panel stays as it is, with the trial in it."""

    def post(self, request, identifier=None):
        try:
            self.edit()
        except Refused as error:
            say(self, f"Not kept. {error}")
            return self.screen().changed(None)
        messages.success(request, "Kept as a sample. It is saved with the draft.")
        response = self.screen().changed(None)
        response["HX-Trigger"] = KEPT
        return response

    def change(self, document: Document) -> tuple[str, None]:
        incoming = document.incoming
        if incoming is None:
            raise Refused("Samples are kept with an incoming, and there is none yet.")
        name = self.request.POST.get("name", "").strip()
        sample = {"name": name, "data": read(self.request.POST.get("text", "")), "expected": {}}
        samples = [*(incoming.data.get("samples") or []), sample]
        refuse_what_is_wrong(incoming, samples)
        document.change(incoming, samples=samples)
        return f"Kept the sample “{name}”", None


def read(text: str):
    try:
        return jsontext.loads(text)
    except JSONTextError as error:
        raise Refused(f"This is not JSON: {error}.") from None


def refuse_what_is_wrong(incoming: Part, samples: list[dict]) -> None:
    """What the incoming's own form says of its samples."""
    form = editing.form_with(incoming, editing.masked(incoming) | {"samples": samples})
    wrong = [error for error in form.located_errors() if error.path[:1] == ("samples",)]
    if wrong:
        raise Refused(wrong[0].reason)
