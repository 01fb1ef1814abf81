"""Which deliveries, and which refused calls: one filter each for page, REST API and replays."""

from datetime import datetime, timedelta

from django import forms

from alumio.filters import ChoicesField, Filter, MomentField, ReferencesField, TextField
from scheduler.webhooks.models import Delivery, Progress, Webhook

MOST_APART = timedelta(minutes=15)
"""By which the clocks of web servers may differ, and the time a call takes to be stored."""


class DeliveryFilter(Filter):
    status = ChoicesField("status", Progress.choices)
    webhook = ReferencesField(Webhook)
    received_after = MomentField(label="Received from")
    received_before = MomentField(label="Received until", through=True)
    identifier = TextField("Identifier is")
    key = TextField("Key is")
    sender = TextField("Sender is")

    lookups = {
        "status": "status__in",
        "webhook": "webhook__in",
        "received_after": "received_at__gte",
        "received_before": "received_at__lt",
    }

    def conditions(self) -> dict:
        """As told by `lookups`; a key is looked for webhook by webhook, as its index has it, and
        what is long ago not from the newest row on."""
        conditions = super().conditions()
        if "identifier" in conditions:
            conditions["identifier"] = conditions["identifier"].upper()
        if "webhook__in" in conditions:
            conditions["webhook__in"] = [webhook.pk for webhook in conditions["webhook__in"]]
        elif "key" in conditions:
            conditions["webhook__in"] = list(Webhook.objects.values_list("pk", flat=True))
        if "received_at__lt" in conditions:
            conditions |= _before(conditions["received_at__lt"])
        return conditions


def _before(moment: datetime) -> dict:
    """The ids that what was received before a moment can have."""
    later = Delivery.objects.filter(received_at__gte=moment + MOST_APART).order_by("received_at")
    first = later.values_list("id", flat=True).first()
    return {"id__lt": first} if first else {}


class RefusedFilter(Filter):
    webhook = ReferencesField(Webhook)
    answered = forms.IntegerField(
        required=False,
        min_value=400,
        max_value=599,
        label="Answered",
        help_text="The HTTP status, such as 401.",
    )
    called = TextField("Called")
    sender = TextField("Sender is")
    at_after = MomentField(label="Called from")
    at_before = MomentField(label="Called until", through=True)

    lookups = {
        "webhook": "webhook__in",
        "called": "called__icontains",
        "at_after": "at__gte",
        "at_before": "at__lt",
    }
