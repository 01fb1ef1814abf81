"""REST: the planner's sums, jobs made of them, the load of the week, jobs that start together, and
the shifts that spread these."""

from django import forms
from django.db import transaction
from rest_framework import status
from rest_framework.response import Response

from alumio import database
from alumio.api import ApiView, Conflict, Invalid
from alumio.located import Located, located
from alumio.openapi import MAYBE, SHAPES, TEXT, WHOLE, an_object, described, shape
from scheduler import together, week
from scheduler.api import refuse_others
from scheduler.calculator import Schedule
from scheduler.forms import time_zones
from scheduler.overruns import Overrun, overruns
from scheduler.planner import MOST, NEEDS, Ends, Volumes, make_jobs, scheduled, sums, why_not

SHAPES["Schedule"] = an_object(
    {
        "runs_a_day": WHOLE | {"description": "Records a day ÷ records a run."},
        "runs_an_hour": WHOLE | {"description": "Runs a day ÷ 24."},
        "fits": {"type": "boolean", "description": "Whether a run each minute is enough."},
        "minutes": WHOLE | {"description": "Between two runs."},
        "expression": MAYBE | {"description": "null where it does not fit."},
        "capacity": WHOLE | {"description": "Records a day that these runs cope with."},
        "least_per_run": WHOLE | {"description": "Records a run with which it just fits."},
        "why_not": MAYBE | {"description": "Why it does not fit, and what would be needed."},
    }
)
SHAPES["Plan"] = an_object(
    {"fits": {"type": "boolean"}, "incoming": shape("Schedule"), "route": shape("Schedule")}
)
SHAPES["PlanToMake"] = an_object(
    {
        **dict.fromkeys(Volumes.base_fields, WHOLE | {"minimum": 1, "maximum": MOST}),
        "incoming": TEXT | {"description": "Identifier of what is fetched."},
        "route": TEXT | {"description": "Identifier of the route that is delivered."},
        "time_zone": TEXT | {"default": "UTC"},
    },
    (*Volumes.base_fields, "incoming", "route"),
)
JOB = an_object({"scheduled_job": TEXT, "expression": TEXT})
SHAPES["MadeJobs"] = an_object({"incoming": JOB, "route": JOB})
SHAPES["Week"] = an_object(
    {
        "time_zone": TEXT,
        "hours": {
            "type": "array",
            "description": "All 168, from Monday midnight.",
            "items": an_object(
                {
                    "day": {"type": "string", "enum": list(week.DAYS)},
                    "hour": WHOLE,
                    "starts": WHOLE | {"description": "Runs that start in it."},
                    "jobs": WHOLE | {"description": "Jobs that these runs are of."},
                    "percent": WHOLE | {"description": "Of one worker's time."},
                }
            ),
        },
        "overruns": {
            "type": "array",
            "description": "Jobs that do not fit: a run takes longer than until the next one.",
            "items": an_object(
                {
                    "scheduled_job": TEXT,
                    "minutes": WHOLE | {"description": "Between two starts, at the least."},
                    "seconds": WHOLE | {"description": "What a run takes on the average."},
                }
            ),
        },
    }
)
SHAPES["Crowds"] = an_object(
    {
        "crowds": {
            "type": "array",
            "items": an_object(
                {
                    "scheduled_jobs": {"type": "array", "items": TEXT},
                    "at": {
                        "type": "array",
                        "items": TEXT,
                        "description": "The first few times (UTC), with the day where days differ.",
                    },
                    "times": WHOLE,
                    "every": {"type": "string", "enum": ["day", "week"]},
                }
            ),
        }
    }
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
                    "together": WHOLE | {"description": "Starts of others in its minutes, a week."},
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
        incoming, route = (as_json(*each) for each in zip(sums(volumes), NEEDS, strict=True))
        fits = incoming["fits"] and route["fits"]
        return Response({"fits": fits, "incoming": incoming, "route": route})

    @described(
        "Make the two scheduled jobs of a sum: one that fetches, one that delivers",
        {201: shape("MadeJobs"), 409: shape("Detail")},
        request=shape("PlanToMake"),
    )
    def post(self, request):
        sent = {"time_zone": "UTC"} | self.body()
        refuse_others(sent, (*QUERY, *Ends.base_fields))
        volumes, ends = Volumes(sent), Ends(sent)
        if found := [*faults(volumes), *faults(ends)]:
            raise Invalid(found)
        if reasons := why_not(sums(volumes)):
            raise Conflict(" ".join(reasons))
        with transaction.atomic():
            made = make_jobs(volumes.cleaned_data | ends.cleaned_data, request)
        told = [{"scheduled_job": job.identifier, "expression": job.expression} for job in made]
        return Response(
            dict(zip(("incoming", "route"), told, strict=True)), status.HTTP_201_CREATED
        )


class Week(ApiView):
    """What the enabled jobs start in each hour of the week, and how much work that is."""

    @described(
        "Read the load of each hour of the week",
        {200: shape("Week")},
        query={"time_zone": {"type": "string", "description": "Whose hours; UTC unless given."}},
        refusals=(400,),
    )
    def get(self, request):
        refuse_others(request.query_params, ("time_zone",))
        zone, now = request.query_params.get("time_zone", "UTC"), database.now()
        if zone not in dict(time_zones()):
            raise Invalid([Located(f"There is no time zone “{zone}”.", ("time_zone",))])
        jobs = scheduled()
        took = week.durations(jobs, now)
        hours = [hour_as_json(cell) for day in week.load(jobs, took, zone, now) for cell in day]
        late = [overrun_as_json(each) for each in overruns(jobs, took, now)]
        return Response({"time_zone": zone, "hours": hours, "overruns": late})


class Crowds(ApiView):
    """Jobs that start in the same minute."""

    @described("List jobs that start together, the most first", {200: shape("Crowds")})
    def get(self, request):
        refuse_others(request.query_params, ())
        found = together.crowds(scheduled(), database.now())
        return Response({"crowds": [crowd_as_json(crowd) for crowd in found]})


class Shifts(ApiView):
    """By how much to shift jobs so that fewer start together."""

    @described("List shifts that spread jobs which start together", {200: shape("Shifts")})
    def get(self, request):
        refuse_others(request.query_params, ())
        found = together.advise(scheduled(), database.now())
        return Response({"shifts": [shift_as_json(advice) for advice in found]})


def faults(form: forms.Form) -> list[Located]:
    return [
        Located(located(error).reason, (name,))
        for name, errors in form.errors.as_data().items()
        for error in errors
    ]


def as_json(schedule: Schedule, need: str) -> dict:
    return {
        "runs_a_day": schedule.runs,
        "runs_an_hour": schedule.per_hour,
        "fits": schedule.fits,
        "minutes": schedule.minutes,
        "expression": schedule.expression if schedule.fits else None,
        "capacity": schedule.capacity,
        "least_per_run": schedule.least_per_run,
        "why_not": schedule.why_not(need) or None,
    }


def hour_as_json(cell: week.Cell) -> dict:
    return {
        "day": week.DAYS[cell.day],
        "hour": cell.hour,
        "starts": cell.starts,
        "jobs": len(cell.jobs),
        "percent": cell.percent,
    }


def overrun_as_json(overrun: Overrun) -> dict:
    return {
        "scheduled_job": overrun.job.identifier,
        "minutes": overrun.minutes,
        "seconds": round(overrun.seconds),
    }


def crowd_as_json(crowd: together.Crowd) -> dict:
    return {
        "scheduled_jobs": [job.identifier for job in crowd.jobs],
        "at": crowd.first,
        "times": crowd.times,
        "every": "day" if crowd.is_daily else "week",
    }


def shift_as_json(advice: together.Advice) -> dict:
    return {
        "scheduled_job": advice.job.identifier,
        "expression": advice.job.expression,
        "shifted": advice.expression,
        "together": advice.shared,
        "together_then": advice.then,
    }
