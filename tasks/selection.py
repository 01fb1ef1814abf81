"""Which tasks a person chose, what a verb would do to them, and what it did."""

from collections import Counter
from functools import cached_property

from django.http import QueryDict

from tasks import actions, counts
from tasks.filters import TaskFilter
from tasks.models import Task
from tasks.status import Status

CONSEQUENCES = {
    "retry": "They become New and are delivered again by the next run of their route, or at once "
    "where the route is real-time. What was delivered before is not taken back.",
    "skip": "They are not delivered. A skipped task can be retried later.",
    "mark-finished": "They count as delivered. A finished task can be retried later.",
    "mark-failed": "They count as not delivered. A failed task can be retried later.",
}
MOST_CHOSEN = 1_000
SAMPLE = 5


class NothingChosen(ValueError):
    """No task was chosen, or the choice cannot be read."""


class Selection:
    """What a page posted: tasks by identifier, or all that match a filter, as of the moment when
    it was shown (`newest`)."""

    def __init__(self, posted: QueryDict):
        self.posted = posted
        self.everything = bool(posted.get("everything"))
        sent = posted.getlist("identifiers")[:MOST_CHOSEN]
        self.identifiers = [identifier for identifier in sent if identifier.isalnum()]
        if not self.everything and not self.identifiers:
            raise NothingChosen("Choose at least one task first.")

    @cached_property
    def tasks(self):
        if not self.everything:
            return Task.objects.filter(identifier__in=self.identifiers)
        chosen = TaskFilter(QueryDict(self.posted.get("filter", "")))
        newest = self.posted.get("newest", "")
        if not (chosen.is_valid() and newest.isdecimal() and len(newest) < 19):
            raise NothingChosen("The filter cannot be read. Reload the page.")
        return chosen.apply(Task.objects.filter(id__lte=int(newest)))


class Preview:
    """What a verb would do to a selection."""

    def __init__(self, verb: str, selection: Selection):
        self.rule, self.selection = actions.VERBS[verb], selection
        self.tallies = counts.within(selection.tasks)

    @property
    def title(self) -> str:
        """“Retry 37 tasks”, “Mark 1 task finished”."""
        first, *rest = self.rule.label.split()
        noun = "task" if self.allowed.number == 1 else "tasks"
        return " ".join([first, str(self.allowed), noun, *rest])

    @property
    def consequence(self) -> str:
        return CONSEQUENCES[self.rule.name]

    @cached_property
    def total(self) -> counts.Tally:
        return self._sum(list(Status.values))

    @cached_property
    def allowed(self) -> counts.Tally:
        return self._sum(self.rule.sources)

    def _sum(self, statuses) -> counts.Tally:
        chosen = [self.tallies[status] for status in statuses]
        return counts.Tally(sum(t.number for t in chosen), all(t.exact for t in chosen))

    def changing(self) -> list[tuple[Status, counts.Tally]]:
        return [
            (s, self.tallies[s]) for s in Status if s in self.rule.sources and self.tallies[s][0]
        ]

    def refused(self) -> list[tuple[Status, counts.Tally]]:
        return [(s, t) for s in Status if (t := self.tallies[s])[0] and s not in self.rule.sources]

    def sample(self) -> list[Task]:
        allowed = self.selection.tasks.filter(status__in=self.rule.sources)
        return list(allowed.order_by("-id").select_related("route").only(*SHOWN)[:SAMPLE])


SHOWN = ("identifier", "entity_identifier", "status", "route__name", "route__identifier")


def apply(verb: str, selection: Selection, by) -> tuple[int, str]:
    """Do it. Returns how many tasks changed, and that in words."""
    preview = Preview(verb, selection)
    applied = actions.apply(verb, selection.tasks, by)
    counts.forget()
    refused = Counter({status.label.lower(): tally.number for status, tally in preview.refused()})
    return applied.changed, in_words(verb, applied, refused)


def in_words(verb: str, applied: actions.Applied, refused: Counter) -> str:
    """“3 retried, 2 not allowed: 1 processing, 1 waiting.”"""
    text = f"{applied.changed:,} {actions.DONE[verb].lower()}"
    if applied.not_allowed:
        text += f", {applied.not_allowed:,} not allowed"
        reasons = ", ".join(f"{number:,} {status}" for status, number in refused.items())
        text += f": {reasons}" if reasons else ""
    return text + "."
