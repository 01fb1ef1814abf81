"""Handshake: Azure Event Grid's validation event, of its own schema."""

from scheduler.webhooks.kinds import Handshake
from scheduler.webhooks.registries import handshakes
from scheduler.webhooks.types.echo import as_json, document_of

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"


@handshakes.register
class EventGrid(Handshake):
    prototype, label = "event-grid", "Azure Event Grid"
    help = "Answers the validation event. With the CloudEvents schema, take “CloudEvents”."
    comes_first = True  # it proves nothing

    def answer(self, call):
        document = document_of(call)
        if not isinstance(document, list) or len(document) != 1:
            return None
        event = document[0] if isinstance(document[0], dict) else {}
        data = event.get("data")
        code = data.get("validationCode") if isinstance(data, dict) else None
        if event.get("eventType") != VALIDATION or not isinstance(code, str):
            return None
        return as_json({"validationResponse": code})
