"""REST: the numbers of the dashboard."""

from rest_framework.response import Response

from alumio import database
from alumio.api import ApiView, moment
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, described, shape
from alumio.overview.dashboard import Numbers, numbers
from alumio.overview.health import Colour
from alumio.overview.resources import Resources
from alumio.overview.routes import RouteLine
from scheduler.api import refuse_others
from tasks.hours import Hour
from tasks.status import Status

MAYBE_MOMENT = {"type": ["string", "null"], "format": "date-time"}
MAYBE_WHOLE = {"type": ["integer", "null"]}
BY_STATUS = an_object({status.value: WHOLE for status in Status}, ())


def list_of(properties: dict) -> dict:
    return {"type": "array", "items": an_object(properties)}


SHAPES["Dashboard"] = an_object(
    {
        "at": MOMENT,
        "total": WHOLE,
        "tasks": an_object({status.value: WHOLE for status in Status}),
        "hours": list_of(
            {
                "begins_at": MOMENT,
                "tasks": {
                    "oneOf": [BY_STATUS, {"type": "null"}],
                    "description": "Tasks last changed in this hour, by the status they have "
                    "since; null while it is being counted.",
                },
                "exact": {"type": "boolean", "description": "false: there are more."},
            }
        ),
        "routes": list_of(
            {
                "route": TEXT,
                "name": TEXT,
                "health": {"type": "string", "enum": [colour.value for colour in Colour]},
                "reasons": {"type": "array", "items": TEXT},
                "tasks": BY_STATUS,
                "last_process": MAYBE_WHOLE,
                "next_run_at": MAYBE_MOMENT,
            }
        ),
        "processes": an_object({"running": WHOLE, "waiting": WHOLE}),
        "errors": list_of(
            {
                "cause": WHOLE,
                "text": TEXT,
                "step": TEXT,
                "target": TEXT,
                "tasks": WHOLE,
                "exact": {"type": "boolean"},
            }
        ),
        "next_runs": list_of({"scheduled_job": TEXT, "name": TEXT, "at": MOMENT}),
        "uses": list_of(
            {"name": TEXT, "bytes": WHOLE, "of": MAYBE_WHOLE, "note": MAYBE},
        ),
        "services": list_of(
            {
                "name": TEXT,
                "fine": {"type": ["boolean", "null"], "description": "null: nothing to do."},
                "note": TEXT,
            }
        ),
    }
)


class DashboardDoor(ApiView):
    """Read only: what the first page shows."""

    @described("Read the numbers of the dashboard", {200: shape("Dashboard")})
    def get(self, request):
        refuse_others(request.query_params, ())
        return Response(as_json(numbers()))


def as_json(found: Numbers) -> dict:
    return {
        "at": moment(database.now()),
        "total": found.total,
        "tasks": {status.value: number for status, number in found.tasks.items()},
        "hours": [hour_as_json(hour) for hour in found.hours],
        "routes": [route_as_json(line) for line in found.routes],
        "processes": {"running": found.running, "waiting": found.waiting},
        "errors": [
            {
                "cause": cause.pk,
                "text": cause.text,
                "step": cause.step,
                "target": cause.target,
                "tasks": tally.number,
                "exact": tally.exact,
            }
            for cause, tally in found.causes
        ],
        "next_runs": [
            {"scheduled_job": run.job.identifier, "name": run.job.name, "at": moment(run.at)}
            for run in found.next_runs
        ],
    } | resources_as_json(found.resources)


def hour_as_json(hour: Hour) -> dict:
    tasks = None if hour.numbers is None else dict(hour.numbers)
    return {"begins_at": moment(hour.begins_at), "tasks": tasks, "exact": hour.exact}


def route_as_json(line: RouteLine) -> dict:
    return {
        "route": line.route.identifier,
        "name": line.route.name,
        "health": line.health.colour.value,
        "reasons": list(line.health.reasons),
        "tasks": dict(line.numbers),
        "last_process": line.last and line.last.pk,
        "next_run_at": moment(line.next),
    }


def resources_as_json(found: Resources) -> dict:
    return {
        "uses": [
            {"name": use.name, "bytes": use.used, "of": use.of, "note": use.note or None}
            for use in found.uses
        ],
        "services": [
            {"name": service.name, "fine": service.fine, "note": service.note}
            for service in found.services
        ],
    }
