"""Tags for pages of lower floors that name deliveries of webhooks."""

from django import template

from scheduler.models import Delivery
from tasks.models import Task

register = template.Library()


@register.simple_tag
def delivery_of(task: Task) -> Delivery | None:
    """The call that a task was made of, while it is kept."""
    if task.delivery is None:
        return None
    calls = Delivery.objects.filter(pk=task.delivery).select_related("webhook")
    return calls.only("identifier", "webhook__identifier", "webhook__name").first()
