"""Who uses a configuration, and what hangs on it: for lists, and before deleting."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import models

from alumio import references
from alumio.configuration import Configuration
from alumio.pages import edit_url

MOST_COUNTED = 10_000
TRIGGERS = ("scheduled-job", "maintenance", "webhook")
"""Kinds that start or hold back what they name, and do not change it."""


@dataclass(frozen=True)
class Use:
    """A configuration that uses another one, and where in its settings."""

    user: Configuration
    where: str

    @property
    def noun(self) -> str:
        return str(self.user._meta.verbose_name)

    @property
    def url(self) -> str:
        return edit_url(self.user)

    def __str__(self):
        return f"{self.noun} “{self.user.name}” ({self.where})"


def uses_by_target() -> dict[tuple[str, str], list[Use]]:
    """All uses at once, by kind and identifier: one query for each kind of configuration."""
    found: dict = defaultdict(list)
    for model, form in references.forms_by_model().items():
        joined = [
            n for n, f in form.base_fields.items() if isinstance(f, references.ReferenceField)
        ]
        for user in model.objects.select_related(*joined):
            for kind, identifier, words in references.references_of(user):
                found[kind, identifier].append(Use(user, " › ".join(words)))
    return found


def uses_of(configuration: Configuration, uses: dict | None = None) -> list[Use]:
    """What names it in its settings. `uses` are those of all, where they are known already."""
    uses = uses_by_target() if uses is None else uses
    found = uses.get((configuration.kind, configuration.identifier), [])
    return [use for use in found if use.user != configuration]


def routes_reached(configuration: Configuration, uses: dict | None = None) -> list[Configuration]:
    """The routes that a change of it touches, by name: those that use it, or use what uses it, and
    so on. Of a route itself, none. What starts a route does not change what the route does."""
    uses = uses_by_target() if uses is None else uses
    start = configuration.kind, configuration.identifier
    seen, ahead, routes = {start}, [start], {}
    while ahead:
        for use in uses.get(ahead.pop(), []):
            key = use.user.kind, use.user.identifier
            if key in seen or use.user.kind in TRIGGERS:
                continue
            seen.add(key)
            if use.user.kind == "route":
                routes[key] = use.user
            else:
                ahead.append(key)
    return sorted(routes.values(), key=lambda route: route.name.casefold())


def kept_because_of(configuration: Configuration) -> list[str]:
    """What forbids deleting, beyond its uses: rows that would lose what they belong to, and what is
    still to be done."""
    return configuration.unfinished() + [
        counted(relation, configuration)
        for relation in hanging(configuration, models.PROTECT)
        if not issubclass(relation.related_model, Configuration)
    ]


def lost_with(configuration: Configuration) -> list[str]:
    """What goes along when it is deleted."""
    return [counted(relation, configuration) for relation in hanging(configuration, models.CASCADE)]


def hanging(configuration: Configuration, rule) -> list:
    """The relations of this rule that have rows for this configuration."""
    return [
        relation
        for relation in configuration._meta.related_objects
        if relation.on_delete is rule and rows_of(relation, configuration).exists()
    ]


def rows_of(relation, configuration):
    return relation.related_model._base_manager.filter(**{relation.field.name: configuration})


def counted(relation, configuration) -> str:
    meta = relation.related_model._meta
    count = rows_of(relation, configuration)[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        return f"more than {MOST_COUNTED:,} {meta.verbose_name_plural}"
    return f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"
