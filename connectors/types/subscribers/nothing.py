"""Subscriber: no data, one empty entity."""

from connectors.kinds import Page, Subscriber
from connectors.registries import subscribers


@subscribers.register
class NoData(Subscriber):
    prototype, label = "no-data-subscriber", "No data"
    help = "Gives one empty entity, to run transformers on a schedule."
    can_be_asked_again = False

    def subscribe(self, context, cursor=None):
        yield Page(iter([{}]), {"page": 1})
