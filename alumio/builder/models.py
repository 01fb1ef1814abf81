"""Drafts of the Route Builder: one for each person and route, with the states to go back to."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from alumio import jsontext
from alumio.secrets import EncryptedJSONField
from routes.models import Route

MOST_STATES = 100
KEPT_FOR = timedelta(days=30)
MOST_TRIED = 500_000
"""Characters of the records that are kept of a trial."""


class Draft(models.Model):
    """What a person has changed on a route and not saved; without a route, a new one.

    `position` is the number of the state that counts: those behind it can be redone. `tried` are
    the first raw records of the last trial, whose fields are offered where one types.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    route = models.ForeignKey(Route, models.CASCADE, null=True, related_name="drafts")
    position = models.PositiveIntegerField(default=0)
    tried = EncryptedJSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "route"], name="one_draft_per_route"),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(route__isnull=True),
                name="one_draft_of_a_new_route",
            ),
        ]

    @classmethod
    def of(cls, user, route: Route | None) -> "Draft | None":
        return cls.objects.filter(user=user, route=route).first()

    @classmethod
    def changed_by(cls, user) -> set[int]:
        """The keys of the routes that a person has changed and not saved."""
        drafts = cls.objects.filter(user=user, route__isnull=False, position__gt=0)
        return set(drafts.values_list("route", flat=True))

    @classmethod
    def opened(cls, user, route: Route | None, content: dict) -> "Draft":
        """The draft, locked until the transaction ends; `content` is that of a fresh one."""
        draft, made = cls.objects.select_for_update().get_or_create(user=user, route=route)
        if made:
            remove_forgotten()
            draft.states.create(number=0, content=content, what="Opened")
        return draft

    def remember(self, records: list) -> None:
        """Keep the raw records of a trial, as many as there is room for."""
        kept, room = [], MOST_TRIED
        for record in records:
            room -= len(jsontext.dumps(record))
            if room < 0:
                break
            kept.append(record)
        if kept:
            self.tried = kept
            self.save(update_fields=["tried", "updated_at"])

    @property
    def state(self) -> "State":
        return self.states.get(number=self.position)

    def keep(self, content: dict, faults: list, what: str) -> None:
        """A new state behind the present one. What had been undone cannot be redone any more."""
        self.states.filter(number__gt=self.position).delete()
        self.position += 1
        self.states.create(number=self.position, content=content, faults=faults, what=what)
        self.states.filter(number__lte=self.position - MOST_STATES).delete()
        self.save(update_fields=["position", "updated_at"])

    def go(self, steps: int) -> bool:
        """Undo (-1) or redo (1). False where there is nothing to go to."""
        if not self.states.filter(number=self.position + steps).exists():
            return False
        self.position += steps
        self.save(update_fields=["position", "updated_at"])
        return True


class State(models.Model):
    """A draft's content at one moment, what is wrong with it, and what was done to get there."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="states")
    number = models.PositiveIntegerField()
    content = EncryptedJSONField()
    faults = models.JSONField(default=list)
    what = models.CharField(max_length=255)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="state_once_per_number")
        ]


def remove_forgotten() -> int:
    """Remove drafts that nobody touched for a month. Returns how many."""
    with transaction.atomic():
        forgotten = Draft.objects.filter(updated_at__lt=timezone.now() - KEPT_FOR)
        count = forgotten.count()
        forgotten.delete()
    return count
