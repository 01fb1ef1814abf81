"""The filter bar of the task list: its fields, what is set in words, and which part to drop."""

import re
from datetime import datetime
from functools import cached_property

from tasks import retention
from tasks.models import Cause, Task
from tasks.status import Status

TEXTS = (
    ("entity_identifier", "Entity identifier"),
    ("entity_schema", "Entity schema"),
    ("identifier", "Identifier"),
)
PRESETS = (
    ("Last hour", "-1h"),
    ("Last 24 hours", "-24h"),
    ("Last 7 days", "-7d"),
    ("Last 30 days", "-30d"),
)
AGO = re.compile(r"-(\d+)(min|h|d|w)")
UNITS = {"min": "minute", "h": "hour", "d": "day", "w": "week"}


class FilterBar:
    """The bar over one `TaskList`."""

    def __init__(self, tasks):
        self.list, self.params, self.filter = tasks, tasks.params, tasks.filter

    @cached_property
    def criteria(self) -> dict:
        """What was asked for; of a filter with faults, the part that can be read."""
        return self.filter.criteria()

    @property
    def more_used(self) -> int:
        """How many filters of the last menu are set."""
        names = {name.partition("__")[0] for name in self.params}
        return len(names & {"identifier", "entity_schema"})

    @property
    def chosen_routes(self) -> list[str]:
        return self.criteria.get("route", [])

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

    def ranges(self) -> list[dict]:
        return [self._range(name) for name in ("created", "updated")]

    def _range(self, name: str) -> dict:
        after, before = f"{name}_after", f"{name}_before"
        return {
            "name": name,
            "label": name.capitalize(),
            "after": self.params.get(after, ""),
            "before": self.params.get(before, ""),
            "presets": [
                (
                    text,
                    self.list.url(**{after: ago, before: None}),
                    self.params.get(after) == ago and before not in self.params,
                )
                for text, ago in PRESETS
            ],
        }

    # -- what is set, in words ------------------------------------------------------------------

    def chips(self) -> list[dict]:
        """What narrows the list, each with the address of the list without it."""
        return [chip for name in self.criteria for chip in self._chips(name)]

    def _chips(self, name: str) -> list[dict]:
        value, label = self.filter.cleaned_data[name], self._label(name)
        if name == "status":
            return [self._chip(name, label, Status(s).label, s) for s in value]
        if name == "route":
            return [self._chip(name, label, route.name, route.identifier) for route in value]
        if name == "cause":
            return [self._chip(name, label, _cause(value))]
        if isinstance(value, datetime):
            ago = in_words(self.params[name])
            return [self._chip(name, label, ago or value, moment=not ago)]
        return [self._chip(name, label, f"“{value}”")]

    def _label(self, name: str) -> str:
        return self.filter.fields[name].label or name.replace("_", " ").capitalize()

    def _chip(self, name, label, text, one=None, moment=False) -> dict:
        rest = [v for v in self.criteria[name] if v != one] if one else []
        url = self.list.url(**{name: rest or None})
        return {"name": name, "label": label, "text": text, "moment": moment, "url": url}

    # -- why nothing is shown -------------------------------------------------------------------

    def too_narrow(self) -> list[dict]:
        """The parts of the filter without any one of which there are tasks. A query for each, so
        only for a list that is empty."""
        if len(self.criteria) < 2:
            return []
        return [
            {"chips": self._chips(name), "url": self.list.url(**{name: None})}
            for name in self.criteria
            if self._finds_without(name)
        ]

    def _finds_without(self, name: str) -> bool:
        """Asked as the list itself asks, for its first row: that is quick among millions."""
        rest = {key: value for key, value in self.criteria.items() if key != name}
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


def _cause(number: int) -> str:
    """The text of a cause; its number where it is gone."""
    found = Cause.objects.filter(pk=number).values_list("text", flat=True).first()
    return f"“{found}”" if found else f"number {number}"


def in_words(text: str) -> str:
    """“24 hours ago” for “-24h”; nothing for other moments."""
    ago = AGO.fullmatch(text.strip())
    if ago is None:
        return ""
    number, unit = int(ago[1]), UNITS[ago[2]]
    return f"{number} {unit}{'' if number == 1 else 's'} ago"
