"""Publisher: nothing; the outgoing's transformers have done the work."""

from connectors.kinds import Publisher, Result
from connectors.registries import publishers
from connectors.rehearsal import Planned


@publishers.register
class NoAction(Publisher):
    prototype, label = "no-action-publisher", "No action"
    help = "Delivers nothing: for outgoings whose transformers do all there is to do."

    def rehearse(self, entity, context):
        return Planned("No action: nothing would be sent.")

    def publish(self, entity, context):
        return Result(True, "No action.", None, entity.data)
