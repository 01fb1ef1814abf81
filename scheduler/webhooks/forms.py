"""The form of a webhook."""

import re

from django import forms
from django.core.exceptions import ValidationError

from alumio.fields import ComponentField, ComponentsField, ListField
from alumio.forms import ConfigurationForm
from alumio.located import Located
from connectors.kinds import Subscriber
from connectors.models import Incoming
from connectors.registries import subscribers
from scheduler.webhooks.models import Answering, Webhook
from scheduler.webhooks.registries import handshakes, validators
from transformers import paths

METHODS = ("POST", "PUT", "PATCH", "DELETE", "GET")
LARGEST_BODY = 50_000_000
LONGEST_WAIT = 30
"""Seconds that a caller may wait: most give up after that."""
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class IncomingsField(forms.ModelMultipleChoiceField):
    """Some incomings that can read a call, as a list of their identifiers, in the order given."""

    json = True
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(Incoming.objects.order_by("name"), to_field_name="identifier", **kwargs)

    def clean(self, value) -> list[str]:
        found = {incoming.identifier: incoming for incoming in super().clean(value)}
        for incoming in found.values():
            if not reads_calls(incoming):
                label = subscribers[incoming.subscriber["prototype"]].label
                text = f"“{incoming.name}” cannot read calls: its subscriber is “{label}”."
                raise ValidationError(f"{text} Choose “Webhook” or “HTTP” there.")
        return list(dict.fromkeys(name for name in value or () if name in found))


def reads_calls(incoming: Incoming) -> bool:
    """Whether its subscriber knows how to read the body of a call."""
    prototype = incoming.subscriber.get("prototype")
    return prototype in subscribers and subscribers[prototype].parse is not Subscriber.parse


class MediaTypesField(ListField):
    """Content types without parameters, in small letters."""

    def clean(self, value) -> list[str]:
        found = [str(each).strip().lower() for each in super().clean(value)]
        for each in found:
            if not MEDIA_TYPE.fullmatch(each):
                raise Located(f"“{each}” is no content type. Write one such as application/json.")
        return list(dict.fromkeys(found))


class WebhookForm(ConfigurationForm):
    incomings = IncomingsField(
        label="Incoming configurations",
        help_text="Each of them reads every call, in its own way.",
    )
    validators = ComponentsField(
        validators,
        required=False,
        word="validator",
        label="Who may call",
        help_text="Nobody, until you choose. Of several, a call must satisfy all.",
    )
    handshake = ComponentField(
        handshakes,
        required=False,
        label="Handshake",
        help_text="For senders that ask first whether somebody is there.",
    )
    by_token = forms.BooleanField(
        required=False,
        label="Only by token",
        help_text="The address holds a long random token instead of the identifier.",
    )
    answer = forms.ChoiceField(choices=Answering.choices, initial=Answering.ACCEPT)
    wait_seconds = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_WAIT,
        initial=10,
        label="Wait at most",
        help_text="Seconds, for an answer after processing; past that it is 202.",
    )
    methods = forms.MultipleChoiceField(
        choices=[(method, method) for method in METHODS],
        initial=["POST"],
        widget=forms.CheckboxSelectMultiple,
    )
    content_types = MediaTypesField(
        required=False,
        label="Content types",
        help_text="One a line, such as application/json. Empty: all.",
    )
    max_bytes = forms.IntegerField(
        min_value=1,
        max_value=LARGEST_BODY,
        initial=10_000_000,
        label="Largest body",
        help_text="Bytes; a larger one is answered with 413.",
    )
    calls_per_second = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Calls per second",
        help_text="More are answered with 429. Empty: as many as come. The web programs of one "
        "machine share it evenly; each machine counts for itself.",
    )
    max_waiting = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000_000,
        label="Calls that may wait",
        help_text="While so many wait to be read, more are answered with 429. Empty: the "
        "platform's own limit.",
    )
    key_header = forms.CharField(
        required=False,
        max_length=255,
        label="Header of the key",
        help_text="Such as webhook-id: by it a repeated call is known.",
    )
    key_path = forms.CharField(
        required=False,
        max_length=255,
        label="Path of the key",
        help_text="Where the key stands in a JSON body, such as event.id.",
    )
    key_hours = forms.IntegerField(
        min_value=1,
        max_value=24 * 30,
        initial=72,
        label="Known for",
        help_text="Hours after which the same key is a new call.",
    )
    logging = forms.BooleanField(
        required=False,
        initial=True,
        label="Keep refused calls",
        help_text="For a day, without their secrets. They are counted in any case.",
    )

    class Meta:
        model = Webhook
        fields = (*ConfigurationForm.base_names, *Webhook.content_fields)

    def clean_key_header(self):
        name = self.cleaned_data["key_header"].strip()
        if name and not HEADER.fullmatch(name):
            raise Located("Write the name of one header, such as webhook-id.")
        return name

    def clean_key_path(self):
        path = self.cleaned_data["key_path"].strip()
        try:
            paths.parse_place(path)
        except paths.PathError as error:
            raise Located(str(error)) from error
        if "*" in path:
            raise Located("Write the path of one value, without “*”.")
        return path
