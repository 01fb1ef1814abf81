"""Subscriber: records that other systems send to a webhook."""

from django import forms

from alumio.fields import ComponentField
from connectors.kinds import Subscriber
from connectors.registries import parsers, subscribers


@subscribers.register
class WebhookSubscriber(Subscriber):
    prototype, label = "webhook-subscriber", "Webhook"
    help = "Takes what is sent to a webhook. Run by hand or on a schedule, it has nothing to fetch."
    can_be_asked_again = False

    class Parameters(forms.Form):
        deserializer = ComponentField(
            parsers,
            required=False,
            label="Parser",
            help_text="How the body of a call becomes records. Without one: JSON.",
        )

    def setup(self):
        self.parser = self.parameters["deserializer"] or parsers.build("json")

    def subscribe(self, context, cursor=None):
        context.log("info", "Nothing was fetched: this incoming takes what a webhook receives.")
        yield from ()

    def parse(self, received):
        return self.parser.parse(received)
