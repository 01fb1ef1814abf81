"""Which processes, and which scheduled jobs."""

from alumio.filters import ChoicesField, ConfigurationFilter, Filter, MomentField, ReferencesField
from connectors.models import Incoming
from routes.models import Route
from scheduler.models import SCHEDULABLE, Kind, Outcome, Trigger, Webhook
from scheduler.status import Status


class ProcessFilter(Filter):
    status = ChoicesField("status", Status.choices)
    job = ChoicesField("job", Kind.choices)
    trigger = ChoicesField("trigger", Trigger.choices)
    incoming = ReferencesField(Incoming)
    route = ReferencesField(Route)
    webhook = ReferencesField(Webhook)
    created_after = MomentField(label="Created from")
    created_before = MomentField(label="Created until", through=True)

    lookups = {
        "status": "status__in",
        "job": "job__in",
        "trigger": "trigger__in",
        "incoming": "incoming__in",
        "route": "route__in",
        "webhook": "webhook__in",
        "created_after": "created_at__gte",
        "created_before": "created_at__lt",
    }


class ScheduledJobFilter(ConfigurationFilter):
    job = ChoicesField("job", [(kind.value, kind.label) for kind in SCHEDULABLE])
    incoming = ReferencesField(Incoming)
    route = ReferencesField(Route)

    lookups = ConfigurationFilter.lookups | {
        "job": "job__in",
        "incoming": "incoming__in",
        "route": "route__in",
    }


class OccurrenceFilter(Filter):
    outcome = ChoicesField("outcome", Outcome.choices)
    due_after = MomentField(label="Due from")
    due_before = MomentField(label="Due until", through=True)

    lookups = {
        "outcome": "outcome__in",
        "due_after": "instant__gte",
        "due_before": "instant__lt",
    }
