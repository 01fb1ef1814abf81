"""What every configuration has: a name, an identifier, a revision that guards against stale saves.

Each save is a new revision and the old ones are kept. Two people who edit the same configuration
cannot overwrite each other: the second save is refused with what changed in between.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models, transaction
from django.utils.text import slugify

IDENTIFIER = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z",
    "Use lower-case letters, digits and “-”, with no “-” at either end.",
)


_uses: ContextVar[dict[str, int] | None] = ContextVar("uses", default=None)


@contextmanager
def noting_uses():
    """Inside, what is built notes what saved ones it uses: {"kind:identifier": revision}."""
    noted: dict[str, int] = {}
    token = _uses.set(noted)
    try:
        yield noted
    finally:
        _uses.reset(token)


def note_use(configuration: "Configuration") -> None:
    """Whoever turns a name into a saved configuration says so here."""
    if (noted := _uses.get()) is not None:
        noted[f"{configuration.kind}:{configuration.identifier}"] = configuration.revision


_drafts: ContextVar[dict[tuple[str, str], "Configuration"] | None]
_drafts = ContextVar("drafts", default=None)


@contextmanager
def standing_in(configurations: Iterable["Configuration"]):
    """Inside, these drafts are found in the place of what is saved under their names."""
    found = {(each.kind, each.identifier): each for each in configurations}
    token = _drafts.set((_drafts.get() or {}) | found)
    try:
        yield
    finally:
        _drafts.reset(token)


def named(model: type["Configuration"], identifier: str) -> "Configuration | None":
    """The configuration of this name: a draft that stands in for it, else what is saved."""
    draft = (_drafts.get() or {}).get((model.kind, identifier))
    return draft or model.objects.filter(identifier=identifier).first()


class StaleRevision(Exception):
    """Somebody saved in between. `changes` lists (field, theirs, yours)."""

    def __init__(self, current: "Configuration", changes: list[tuple]):
        self.current, self.changes = current, changes
        names = ", ".join(name for name, _, _ in changes) or "nothing that you changed"
        super().__init__(
            f"“{current.name}” was saved by somebody else meanwhile (revision {current.revision}). "
            f"Different from yours: {names}."
        )


class Configuration(models.Model):
    """Identity rules as Alumio's: identifier and name of at most 255 characters."""

    name = models.CharField(max_length=255)
    identifier = models.CharField(max_length=255, unique=True, validators=[IDENTIFIER])
    description = models.TextField(blank=True, validators=[MaxLengthValidator(64_000)])
    enabled = models.BooleanField(default=True)
    demo = models.BooleanField(default=False, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    kind: str = ""
    content_fields: tuple[str, ...] = ()

    class Meta:
        abstract = True
        ordering = ["name", "identifier"]

    def __str__(self):
        return self.name

    def content(self) -> dict:
        """What a revision keeps, as JSON; references by identifier."""
        names = ("name", "identifier", "description", "enabled", *self.content_fields)
        return {name: as_json(getattr(self, name)) for name in names}

    def unfinished(self) -> list[str]:
        """What it still has to do, such as “2 calls that wait”: until then it is not deleted."""
        return []

    def store(self, user=None) -> "Configuration":
        """Save as a new revision, or raise StaleRevision if `revision` is no longer the newest."""
        with transaction.atomic():
            self.updated_by = user
            if self.pk is None:
                self.identifier = self.identifier or free_identifier(type(self), self.name)
                self.revision = 1
                self.save(force_insert=True)
            else:
                self._advance()
            self._keep_revision(user)
        return self

    def _advance(self):
        mine = type(self).objects.filter(pk=self.pk, revision=self.revision)
        if not mine.update(revision=self.revision + 1):
            current = type(self).objects.get(pk=self.pk)
            raise StaleRevision(current, differences(current.content(), self.content()))
        self.revision += 1
        self.save(force_update=True)

    def _keep_revision(self, user):
        from alumio.models import Revision

        Revision.objects.create(
            kind=self.kind,
            object_id=self.pk,
            number=self.revision,
            content=self.content(),
            saved_by=user,
        )


def differences(theirs: dict, yours: dict) -> list[tuple]:
    return [
        (name, theirs.get(name), yours[name]) for name in yours if theirs.get(name) != yours[name]
    ]


def free_identifier(model, name: str) -> str:
    """An identifier made of a name, with a number where it is taken."""
    base = slugify(name)[:240].strip("-_").replace("_", "-") or model.kind
    taken = set(
        model.objects.filter(identifier__startswith=base).values_list("identifier", flat=True)
    )
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}-{number}", number + 1
    return candidate


def as_json(value):
    return value.identifier if isinstance(value, Configuration) else value
