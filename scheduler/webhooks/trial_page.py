"""“Send a test call” on a webhook's own page."""

from django import forms
from django.utils.functional import cached_property

from alumio.audit import Actor
from alumio.client_address import address_of as sender_of
from alumio.located import Located
from connectors import charsets
from scheduler.webhooks import samples, trial
from scheduler.webhooks.address import of as address_of
from scheduler.webhooks.arrived import Arrived
from scheduler.webhooks.headers import Headers
from scheduler.webhooks.models import Delivery, Webhook
from scheduler.webhooks.unsent import Unsent

LARGEST_SHOWN = 64 * 1024
"""Bytes of a delivery's body that the form begins with, at most,"""
LOOKED_AT = 20
"""of the newest ones; where all of these are larger it begins with a sample."""
PRINTABLE = "Only letters, digits and signs without accents: this stands in a header."


class TrialForm(forms.Form):
    method = forms.ChoiceField()
    content_type = forms.CharField(required=False, max_length=200, label="Content type")
    body = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, webhook: Webhook, data=None):
        super().__init__(data, initial=None if data else beginning(webhook))
        self.fields["method"].choices = [(method, method) for method in webhook.methods]

    def clean_content_type(self) -> str:
        found = self.cleaned_data["content_type"].strip()
        if not (found.isascii() and (found.isprintable())):
            raise Located(PRINTABLE)
        return found

    def clean(self) -> dict:
        """With the `body` in the character set that the content type tells, as bytes."""
        told = super().clean()
        charset = charsets.told(told.get("content_type", "")) or "utf-8"
        # Browsers send each end of a line as two signs.
        text = told.get("body", "").replace("\r\n", "\n")
        try:
            return told | {"body": text.encode(charset)}
        except UnicodeError as error:
            missing = error.object[error.start] if isinstance(error, UnicodeEncodeError) else "it"
            raise Located(f"There is no “{missing}” in {charset}.") from None


def beginning(webhook: Webhook) -> dict[str, str]:
    """What the form begins with: the newest call where that is short text, else a sample."""
    sizes = webhook.deliveries.order_by("-id").values_list("id", "size")[:LOOKED_AT]
    small = [id for id, size in sizes if size <= LARGEST_SHOWN][:1]
    newest = Delivery.objects.filter(pk__in=small).first()
    arrived = Arrived(newest) if newest else None
    if arrived and arrived.text:
        return {"content_type": arrived.content_type, "body": arrived.text}
    kind = samples.media_type_of(webhook)
    return {"content_type": kind, "body": samples.BODIES.get(kind, samples.BODIES[samples.USUAL])}


class Trial:
    """The part of the page: the form and, once it was sent, what came of it."""

    def __init__(self, webhook: Webhook, request):
        self.webhook, self.request = webhook, request
        data = request.POST if request.method == "POST" else None
        self.form = TrialForm(webhook, data)
        self.result: trial.Result | None = None

    @cached_property
    def sender(self) -> str:
        """The call comes from where the person is."""
        return sender_of(self.request) or ""

    @property
    def by_address(self) -> bool:
        """Whether addresses decide who may call."""
        return any(
            each["prototype"] == "ip-ranges" and not each.get("meta", {}).get("disabled")
            for each in self.webhook.validators
        )

    def send(self) -> None:
        """Send it, if the form is right."""
        if not self.form.is_valid():
            return
        told = self.form.cleaned_data
        url, body = address_of(self.webhook, self.request, True), told["body"]
        call = Unsent(told["method"], url, body, self.sender, _headers(told, body, self.request))
        try:
            self.result = trial.send(self.webhook, call, Actor.of(self.request))
        except Located as error:
            self.form.add_error(None, f"The webhook cannot be called: {error}")


def _headers(told: dict, body: bytes, request) -> Headers:
    headers = Headers({"host": request.get_host(), "content-length": str(len(body))})
    if told["content_type"]:
        headers["content-type"] = told["content_type"]
    return headers
