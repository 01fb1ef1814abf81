"""What a repeated call is answered with."""

from scheduler.webhooks.models import Delivery, Progress


def answering(delivery: Delivery) -> str:
    """The identifier of the delivery whose outcome a repeat is told: the one with its key or, if
    that could not be read, its newest replay that could be, or is still to be read."""
    generation = [delivery.pk] if delivery.status == Progress.FAILED else []
    while generation:
        replays = Delivery.objects.filter(replay_of__in=generation).order_by("-id")
        known = replays.exclude(status=Progress.FAILED).values_list("identifier", flat=True)
        if found := known.first():
            return found
        generation = list(replays.values_list("pk", flat=True))
    return delivery.identifier
