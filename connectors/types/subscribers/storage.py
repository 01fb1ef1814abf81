"""Subscriber: everything in a storage."""

from itertools import islice

from django import forms

from connectors.errors import SubscriberError
from connectors.kinds import Page, Subscriber
from connectors.registries import subscribers
from connectors.storage import PAGE, StorageError, find, read_all


@subscribers.register
class StorageSubscriber(Subscriber):
    prototype, label = "storage-subscriber", "Storage"
    help = "Gives every item of a storage, in the order of their keys."

    class Parameters(forms.Form):
        storage = forms.CharField(label="Storage", help_text="Its identifier.")
        groupItems = forms.BooleanField(
            required=False, label="Group items", help_text="One entity is a list of several items."
        )
        groupSize = forms.IntegerField(
            required=False, min_value=1, max_value=100_000, label="Items in a group"
        )

    def subscribe(self, context, cursor=None):
        try:
            storage = find(self.parameters["storage"])
        except StorageError as error:
            raise SubscriberError(str(error)) from error
        after = (cursor or {}).get("after", "")
        size = (self.parameters["groupSize"] or 100) if self.parameters["groupItems"] else None
        while True:
            items = list(islice(read_all(storage, after), size or PAGE))
            if not items:
                return
            values = [value for _, value in items]
            yield Page(iter([values] if size else values), {"after": after})
            after = items[-1][0]
