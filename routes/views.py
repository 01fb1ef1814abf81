"""Pages of routes."""

from collections.abc import Callable

from alumio.navigation import address
from alumio.pages import Notice, Pages, Section, register
from connectors.views import steps_word
from routes.forms import RouteForm
from routes.models import Route

told: list[Callable[[Route], str]] = []
"""What higher floors have to say of a route in its line, a few words each, or ""."""


schedules: list[Callable[[Route], bool]] = []
"""Whether a higher floor runs a route by itself now and then."""


drafted: list[Callable[[object], set[int]]] = []
"""The keys of the routes of which a person has a draft on a higher floor."""


def route_line(route: Route) -> str:
    """From where to where, and the policies that are on."""
    ends = f"{route.incoming.name} → {route.outgoing.name}"
    words = [
        steps_word(route.transformers),
        "real-time" if route.realtime else "",
        f"{route.max_processes} in parallel" if route.parallel else "",
        f"retries {route.max_retries}×" if route.retry_enabled else "",
        "waits for confirmation" if route.waiting_status else "",
        *(tell(route) for tell in told),
    ]
    return " · ".join([ends, *filter(None, words)])


def route_notices(route: Route) -> list[Notice]:
    notices = []
    off = [end.name for end in (route.incoming, route.outgoing) if not end.enabled]
    if off and route.enabled:
        notices.append(Notice(f"{' and '.join(off)} is disabled: nothing flows."))
    if not route.realtime and not any(has_one(route) for has_one in schedules):
        notices.append(
            Notice(unscheduled(route), url=address("scheduled-jobs:create"), link="Add one")
        )
    return notices


def unscheduled(route: Route) -> str:
    if route.retry_enabled:
        return (
            "Retrying needs a scheduled job for this route, and there is none: nothing is retried."
        )
    return "No scheduled job runs this route: its tasks wait until somebody runs it by hand."


LINE = ("incoming", "transformers", "outgoing")

routes = register(
    Pages(
        form=RouteForm,
        namespace="routes",
        noun="route",
        plural="Routes",
        icon="route",
        about="A route takes the records of an incoming, changes them step by step and hands them "
        "to an outgoing. Every record on it is a task that you can see, retry and skip.",
        sections=(
            Section("Transformers", LINE, "From one system to the other."),
            Section(
                "Task retrying",
                ("retry_enabled", "max_retries", "retry_interval", "retry_statuses", "newest_wins"),
                "Tasks that did not arrive are tried again by themselves.",
                switch="retry_enabled",
            ),
            Section(
                "Waiting status",
                ("waiting_status",),
                "For systems that confirm later: an exported task is Waiting until a person or the "
                "API marks it Finished or Failed.",
                switch="waiting_status",
            ),
            Section(
                "Real-time processing",
                ("realtime",),
                "Tasks are exported as soon as they are created, without a scheduled job. Cannot "
                "be combined with parallel processing: real-time exports run one after the other.",
                switch="realtime",
                excludes="parallel",
            ),
            Section(
                "Parallel processing",
                ("parallel", "max_processes"),
                "Several export processes share the tasks of this route. Cannot be combined with "
                "real-time processing.",
                switch="parallel",
                excludes="realtime",
            ),
            Section("Entities", ("unchanged", "max_entity_bytes", "requests_in_flight")),
            Section(
                "Retention",
                ("retention",),
                "Old tasks are removed by the rules of the instance. A rule here replaces the one "
                "for its status, also by keeping tasks for ever.",
            ),
        ),
        line=route_line,
        notices=route_notices,
        run="run-route",
        tries="trying:route",
        joined=("incoming", "outgoing"),
        visual="route-builder",
        drafted=lambda user: {key for keys in drafted for key in keys(user)},
    )
)
