"""Publisher: nothing; the outgoing's transformers have done the work."""

from connectors.kinds import Publisher, Result
from connectors.registries import publishers


@publishers.register
class NoAction(Publisher):
    prototype, label = "no-action-publisher", "No action"
    help = "Delivers nothing: for outgoings whose transformers do all there is to do."

    def publish(self, entity, context):
        return Result(True, "No action.", None, entity.data)
