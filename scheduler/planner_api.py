"""REST: the planner's sums, and the shifts that spread jobs which start together."""

from rest_framework.response import Response

from alumio import database
from alumio.api import ApiView, Invalid
from alumio.located import Located, located
from alumio.openapi import MAYBE, SHAPES, TEXT, WHOLE, an_object, described, shape
from scheduler import together
from scheduler.api import refuse_others
from scheduler.calculator import Schedule
from scheduler.planner import MOST, Volumes, scheduled, sums

SHAPES["Schedule"] = an_object(
    {
        "runs_a_day": WHOLE | {"description": "Records a day ÷ records a run."},
        "runs_an_hour": WHOLE | {"description": "Runs a day ÷ 24."},
        "fits": {"type": "boolean", "description": "Whether a run each minute is enough."},
        "minutes": WHOLE | {"description": "Between two runs."},
        "expression": MAYBE | {"description": "null where it does not fit."},
        "capacity": WHOLE | {"description": "Records a day that these runs cope with."},
        "least_per_run": WHOLE | {"description": "Records a run with which it just fits."},
    }
)
SHAPES["Plan"] = an_object(
    {"fits": {"type": "boolean"}, "incoming": shape("Schedule"), "route": shape("Schedule")}
)
SHAPES["Shifts"] = an_object(
    {
        "shifts": {
            "type": "array",
            "items": an_object(
                {
                    "scheduled_job": TEXT,
                    "expression": TEXT,
                    "shifted": TEXT | {"description": "The expression to save instead."},
                    "together": WHOLE | {"description": "Starts of others in its minutes, a day."},
                    "together_then": WHOLE,
                }
            ),
        }
    }
)
QUERY = {
    name: {"type": "integer", "minimum": 1, "maximum": MOST, "description": field.help_text}
    for name, field in Volumes.base_fields.items()
}


class Planner(ApiView):
    """From a day's volumes to the schedules of an incoming and a route."""

    @described(
        "Work out how often to fetch and to deliver",
        {200: shape("Plan")},
        query=QUERY,
        refusals=(400,),
    )
    def get(self, request):
        refuse_others(request.query_params, tuple(QUERY))
        volumes = Volumes(request.query_params)
        if not volumes.is_valid():
            raise Invalid(faults(volumes))
        incoming, route = sums(volumes)
        fits = incoming.fits and route.fits
        return Response({"fits": fits, "incoming": as_json(incoming), "route": as_json(route)})


class Shifts(ApiView):
    """By how much to shift jobs so that fewer start together."""

    @described("List shifts that spread jobs which start together", {200: shape("Shifts")})
    def get(self, request):
        refuse_others(request.query_params, ())
        found = together.advise(scheduled(), database.now())
        return Response({"shifts": [shift_as_json(advice) for advice in found]})


def faults(volumes: Volumes) -> list[Located]:
    return [
        Located(located(error).reason, (name,))
        for name, errors in volumes.errors.as_data().items()
        for error in errors
    ]


def as_json(schedule: Schedule) -> dict:
    return {
        "runs_a_day": schedule.runs,
        "runs_an_hour": schedule.per_hour,
        "fits": schedule.fits,
        "minutes": schedule.minutes,
        "expression": schedule.expression if schedule.fits else None,
        "capacity": schedule.capacity,
        "least_per_run": schedule.least_per_run,
    }


def shift_as_json(advice: together.Advice) -> dict:
    return {
        "scheduled_job": advice.job.identifier,
        "expression": advice.job.expression,
        "shifted": advice.expression,
        "together": advice.shared,
        "together_then": advice.then,
    }
