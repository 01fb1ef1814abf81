"""The doors of webhooks: those of any configuration, and the address to call."""

from dataclasses import replace

from django.db.models import ProtectedError

from alumio.api import Conflict
from alumio.configuration_api import ConfigurationViewSet, refuse_loss
from alumio.models import Role
from alumio.openapi import SHAPES, TEXT, Operation, an_object, list_of, shape
from scheduler.webhooks.address import of as address_of
from scheduler.webhooks.forms import WebhookForm

ADDRESS = TEXT | {
    "format": "uri",
    "readOnly": True,
    "description": "What to call. A token in it is shown to editors only.",
}
SHAPES["WebhookWithAddress"] = {"allOf": [shape("Webhook"), an_object({"url": ADDRESS})]}


class Webhooks(ConfigurationViewSet):
    form = WebhookForm

    def represent(self, configuration) -> dict:
        url = address_of(configuration, self.request, self.request.user.may(Role.EDITOR))
        return super().represent(configuration) | {"url": url}

    def save(self, instance, body: dict, *, partial: bool):
        sent = {name: value for name, value in body.items() if name != "url"}
        return super().save(instance, sent, partial=partial)

    def destroy(self, request, identifier):
        try:
            return super().destroy(request, identifier)
        except ProtectedError:  # a call came in between
            refuse_loss(self.find(identifier))
            raise Conflict("A call has come in just now. Try again.") from None

    def operation(self, action: str) -> Operation:
        said = super().operation(action)
        answers = {
            "list": {200: list_of("WebhookWithAddress")},
            "create": {201: shape("WebhookWithAddress")},
            "destroy": said.answers,
        }
        return replace(said, answers=answers.get(action, {200: shape("WebhookWithAddress")}))
