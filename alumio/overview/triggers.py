"""What starts an incoming or a route by itself. Another kind of trigger joins with one function in
SOURCES."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from alumio.overview import timetable
from alumio.pages import edit_url
from connectors.models import Incoming
from scheduler.webhooks.models import Webhook


@dataclass(frozen=True)
class Trigger:
    """`at` is when it comes next, where that is known."""

    name: str
    icon: str
    url: str
    at: datetime | None = None


Target = tuple[str, str]
"""The kind and the identifier of what is started."""


def scheduled_jobs() -> Iterator[tuple[Target, Trigger]]:
    jobs = timetable.enabled_jobs()
    for run in timetable.next_runs(jobs, timezone.now(), len(jobs)):
        trigger = Trigger(run.job.name, "clock", edit_url(run.job), run.at)
        for target in timetable.targets_of(run.job):
            yield target, trigger


def webhooks() -> Iterator[tuple[Target, Trigger]]:
    for webhook in Webhook.objects.filter(enabled=True).only("name", "identifier", "incomings"):
        trigger = Trigger(webhook.name, "webhook", edit_url(webhook))
        for identifier in webhook.incomings:
            yield (Incoming.kind, identifier), trigger


SOURCES: list[Callable[[], Iterator[tuple[Target, Trigger]]]] = [scheduled_jobs, webhooks]


def triggers() -> dict[Target, list[Trigger]]:
    """By what they start."""
    found = defaultdict(list)
    for source in SOURCES:
        for target, trigger in source():
            found[target].append(trigger)
    return found
