"""The filter bar of the task list: its fields, what is set in words, and which part to drop."""

from functools import cached_property

from alumio import listing
from tasks import retention
from tasks.models import Task
from tasks.status import Status

TEXTS = (
    ("entity_identifier", "Entity identifier"),
    ("entity_schema", "Entity schema"),
    ("identifier", "Identifier"),
)
PRESETS = (*listing.PRESETS, ("Last 30 days", "-30d"))


class FilterBar:
    """The bar over one `TaskList`."""

    def __init__(self, tasks):
        self.list, self.params, self.filter = tasks, tasks.params, tasks.filter

    @property
    def more_used(self) -> int:
        """How many filters of the last menu are set."""
        names = {name.partition("__")[0] for name in self.params}
        return len(names & {"identifier", "entity_schema"})

    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filter carries along."""
        names = ("page_size", "columns", "view")
        return [(name, self.params[name]) for name in names if name in self.params]

    def texts(self) -> list[dict]:
        return [self._text(name, label) for name, label in TEXTS]

    def _text(self, name: str, label: str) -> dict:
        equals = bool(self.params.get(name))
        value = self.params.get(name) or self.params.get(f"{name}__contains", "")
        return {"name": name, "label": label, "equals": equals, "value": value}

    def moments(self) -> list[dict]:
        return [
            self.list.moments(name.capitalize(), f"{name}_after", f"{name}_before", PRESETS)
            for name in ("created", "updated")
        ]

    # -- why nothing is shown -------------------------------------------------------------------

    def too_narrow(self) -> list[dict]:
        """The parts of the filter without any one of which there are tasks. A query for each, so
        only for a list that is empty."""
        if len(self.list.criteria) < 2:
            return []
        return [
            {"chips": self.list.chips_of(name), "url": self.list.url(**{name: None})}
            for name in self.list.criteria
            if self._finds_without(name)
        ]

    def _finds_without(self, name: str) -> bool:
        """Asked as the list itself asks, for its first row: that is quick among millions."""
        rest = {key: value for key, value in self.list.criteria.items() if key != name}
        return bool(type(self.filter)(rest).apply(Task.objects.order_by("-id"))[:1])

    @cached_property
    def retention(self) -> list[tuple[int, list[str]]]:
        """After how many days the house's rules remove tasks of which statuses: what is not found
        may be gone."""
        rules = retention.rules_of(retention.policy().rules)
        days = sorted({rule.days for rule in rules.values() if rule.days})
        return [
            (number, [Status(r.status).label.lower() for r in rules.values() if r.days == number])
            for number in days
        ]
