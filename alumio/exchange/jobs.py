"""Alumio's scheduler entries: a list of jobs under one expression, which run in order.

What a job that prunes removes is said by the rules of retention, so the settings that Alumio has
for it are told as not understood.
"""

from alumio.exchange.settings import Settings
from alumio.located import Located
from scheduler.models import Kind, ScheduledJob

RUNS = {
    "run-incoming": Kind.IMPORT,
    "run-outgoing": Kind.EXPORT,
    "repair-tasks": Kind.REPAIR,
    "prune-tasks": Kind.PRUNE,
}
SETTINGS = {"incoming": "incoming", "route": "route", "numTasks": "number_of_tasks"}
NAMES = {kind: name for name, kind in RUNS.items()}


def read_job(body: dict) -> tuple[dict, list[str]]:
    """Imported jobs are switched off, whatever the file says: nothing runs by itself at once."""
    settings = Settings(body.get("parameters"))
    jobs = settings.take("job")
    if not isinstance(jobs, list) or not jobs:
        raise Located("A scheduler entry has a list of jobs.", ("object", "parameters", "job"))
    (first, *then), left = _read_all(jobs)
    data = {
        "enabled": False,
        **first,
        "then": then,
        "expression": settings.take("expression"),
        "time_zone": settings.take("timezone") or "UTC",
        "priority": settings.take("priority"),
    }
    settings.drop_if_empty("handlers")
    named = {name: value for name, value in data.items() if value not in (None, [])}
    return named, sorted(settings.left | left)


def _read_all(jobs: list) -> tuple[list[dict], dict]:
    """What each job runs, and the settings that nobody understands."""
    found, left = [], {}
    for job in jobs:
        prototype = job.get("prototype") if isinstance(job, dict) else None
        if prototype not in RUNS:
            text = f"There is no job called “{prototype}” here."
            raise Located(text, ("object", "parameters", "job"))
        what = Settings(job.get("parameters"))
        taken = {ours: what.take(theirs) for theirs, ours in SETTINGS.items()}
        given = {name: value for name, value in taken.items() if value is not None}
        found.append({"job": RUNS[prototype].value, **given})
        left |= what.left
    return found, left


def write_job(job: ScheduledJob, content: dict) -> dict:
    parameters = {
        "job": [_write(each) for each in (content, *content["then"])],
        "handlers": [],
        "priority": content["priority"],
        "expression": content["expression"],
    }
    if content["time_zone"] != "UTC":
        parameters["timezone"] = content["time_zone"]
    return {"parameters": parameters}


def _write(what: dict) -> dict:
    settings = {name: what[ours] for name, ours in SETTINGS.items() if what.get(ours)}
    return {"prototype": NAMES[what["job"]], "parameters": settings}
