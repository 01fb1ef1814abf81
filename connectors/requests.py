"""The settings of one request, as `http-subscriber`, `http-publisher` and `http-transformer` have
them, and the request they make of an entity."""

from django import forms

from alumio.fields import ComponentField, ComponentsField
from alumio.located import Located
from connectors.credentials import named
from connectors.draft import Draft, form_encode
from connectors.fields import TemplatesField, UpperChoiceField
from connectors.registries import authentications, plugins, serializers
from transformers.fields import PlaceholderField, TemplateJSONField
from transformers.placeholders import render

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
WITHOUT_BODY = ("GET", "HEAD")


class RequestForm(forms.Form):
    """Alumio's keys, and `headers` and `query` of our own."""

    method = UpperChoiceField(choices=[(m, m) for m in METHODS], initial="GET", label="Method")
    uri = PlaceholderField(
        required=False,
        label="URI",
        help_text="An address, or a path behind the connection's base URI: /products/&{sku}",
    )
    query = TemplatesField(required=False, label="Query parameters")
    headers = TemplatesField(required=False, label="Headers")
    payload = TemplateJSONField(
        required=False,
        label="Payload",
        help_text="What is sent; with GET it becomes query parameters. &{@} is the whole entity.",
    )
    payloadType = forms.ChoiceField(
        choices=[("data", "Data (JSON)"), ("form", "Form fields"), ("raw", "Text as it is")],
        initial="data",
        label="Kind of payload",
    )
    serializer = ComponentField(serializers, required=False, label="Serializer of data")
    uriEncoder = forms.ChoiceField(
        choices=[("rfc3986", "RFC 3986: space is %20"), ("rfc1738", "RFC 1738: space is +")],
        initial="rfc3986",
        label="Encoding of query and form",
    )
    plugins = ComponentsField(plugins, word="plugin", label="Plugins")
    authentications = ComponentsField(
        authentications, word="authentication", label="Authentications"
    )


class PublishingRequestForm(RequestForm):
    """As before, with the defaults of a publisher."""

    method = UpperChoiceField(choices=[(m, m) for m in METHODS], initial="POST", label="Method")
    payload = TemplateJSONField(
        required=False,
        initial="&{@}",
        label="Payload",
        help_text="What is sent. &{@} is the whole entity.",
    )


def require_address(form: forms.Form) -> None:
    """Refuse settings with neither a URI nor a connection, which could never send anything."""
    given = form.cleaned_data
    if {"client", "request"} <= set(given) and not (given["client"] or given["request"].get("uri")):
        reason = "Give an address here, or choose a connection that has one."
        form.add_error("request", Located(reason, ("uri",), ("URI",)))


class RequestTemplate:
    """Makes the request of one entity from cleaned and built settings."""

    def __init__(self, settings: dict):
        self.method, self.uri = settings["method"], settings["uri"]
        self.query, self.headers = settings["query"], settings["headers"]
        self.payload, self.kind = settings["payload"], settings["payloadType"]
        self.serializer = settings["serializer"] or serializers.build("json")
        self.plus = settings["uriEncoder"] == "rfc1738"
        self.plugins = [p for p in settings["plugins"] if not p.disabled]
        self.authentications = [a for a in settings["authentications"] if not a.disabled]

    def draft(self, data, context) -> Draft:
        draft = Draft(self.method, self.uri(data, context))
        for name, value in self.headers(data, context).items():
            draft.set_header(name, render(value))
        draft.add_query(form_encode(self.query(data, context), self.plus))
        payload = self.payload(data, context)
        if payload in (None, "") or (payload == [] and self.method in WITHOUT_BODY):
            return draft
        self._add_payload(draft, payload)
        return draft

    def _add_payload(self, draft: Draft, payload) -> None:
        structured = isinstance(payload, dict | list)
        if self.method in WITHOUT_BODY:
            draft.add_query(form_encode(payload, self.plus) if structured else render(payload))
        elif self.kind == "raw":
            draft.body = render(payload).encode()
            draft.default_header("Content-Type", "text/plain; charset=utf-8")
        elif self.kind == "form":
            draft.body = (form_encode(payload) if structured else render(payload)).encode()
            draft.default_header("Content-Type", "application/x-www-form-urlencoded")
        else:
            draft.body = self.serializer.serialize(payload)
            draft.default_header("Content-Type", self.serializer.content_type)

    def complete(self, draft: Draft, data, context) -> None:
        """What the request's own plugins and authentications add."""
        for part in (*self.plugins, *self.authentications):
            part.apply(draft, data, context)

    def secrets(self, context) -> list[str]:
        parts = (*self.plugins, *self.authentications)
        own = [*named(self.headers, context), *named(self.query, context)]
        return own + [secret for part in parts for secret in part.secrets(context)]
