"""What a verb would do to the tasks that somebody chose, before it is confirmed."""

from functools import cached_property

from tasks import actions, counts
from tasks.choice import Choice
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
SAMPLE = 5
SHOWN = ("identifier", "entity_identifier", "status", "route__name", "route__identifier")


class Preview:
    """What a verb would do to a choice. Counts are exact to 10,000 of each status."""

    def __init__(self, verb: str, choice: Choice):
        self.rule, self.choice = actions.VERBS[verb], choice
        self.tallies = counts.within(choice.tasks)
        if choice.everything and not self.total.exact:
            # Counters know routes and statuses exactly, if not what has come since the click.
            self.tallies = counts.within(TaskFilter(choice.criteria).apply(Task.objects.all()))
            del self.total

    @property
    def title(self) -> str:
        """“Retry 37 tasks”, “Mark 1 task finished”."""
        return titled(self.rule.label, self.allowed)

    @property
    def consequence(self) -> str:
        return CONSEQUENCES[self.rule.name]

    @property
    def in_background(self) -> bool:
        """Whether there are more tasks than are changed at once."""
        return not self.total.exact or self.total.number > actions.MOST_AT_ONCE

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
        allowed = self.choice.tasks.filter(status__in=self.rule.sources)
        return list(allowed.order_by("-id").select_related("route").only(*SHOWN)[:SAMPLE])


def titled(label: str, number) -> str:
    """A verb's label with a number in it; `number` is a Tally or an int."""
    first, *rest = label.split()
    text = f"{number:,}" if isinstance(number, int) else str(number)
    return " ".join([first, text, "task" if text == "1" else "tasks", *rest])
