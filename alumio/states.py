"""State machines: verbs declared once, and one way to change a status.

A machine is a table of verbs. `StateQuerySet.move(verb)` is the only writer of a status: one
conditional UPDATE that answers how many rows moved. A forbidden move moves 0 rows.
"""

from dataclasses import dataclass, field

from django.db import models
from django.db.models.functions import Now


@dataclass(frozen=True)
class Verb:
    """One allowed change. `actor` says who may do it: "process", "person" or "repair"."""

    name: str
    sources: tuple[str, ...]
    target: str
    actor: str
    label: str = ""
    reset: dict = field(default_factory=dict, hash=False)


class StateMachine:
    def __init__(self, *verbs: Verb):
        self.verbs = {verb.name: verb for verb in verbs}

    def __getitem__(self, name: str) -> Verb:
        return self.verbs[name]

    def allowed(self, status: str, actor: str = "person") -> list[Verb]:
        """The verbs that this actor may use on a row of this status."""
        return [v for v in self.verbs.values() if status in v.sources and v.actor == actor]


class StateQuerySet(models.QuerySet):
    """A queryset of rows with a `status`; the model names its machine as `machine`."""

    def move(self, verb: str, **values) -> int:
        """Apply a verb to the rows that it is allowed on. Returns how many moved."""
        rule = self.model.machine[verb]
        changes = {"updated_at": Now()} | rule.reset | values
        return self.filter(status__in=rule.sources).update(status=rule.target, **changes)
