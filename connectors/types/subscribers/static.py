"""Subscriber: records written into the configuration."""

from django import forms

from alumio import jsontext
from alumio.fields import JSONField
from connectors.kinds import Page, Subscriber
from connectors.registries import subscribers


@subscribers.register
class StaticData(Subscriber):
    prototype, label = "static-data-subscriber", "Static data"
    help = (
        "Gives fixed records that are written here: constants, or examples for a test. A list is "
        "one record for each of its items."
    )
    is_at_hand = True

    class Parameters(forms.Form):
        data = JSONField(required=False, label="Data")

    def subscribe(self, context, cursor=None):
        data = jsontext.copy(self.parameters["data"])
        data = [] if data is None else data
        yield Page(iter(data if isinstance(data, list) else [data]), {"page": 1})
