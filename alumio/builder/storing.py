"""Stores a draft: all of it in one transaction, or nothing with every reason.

Each part goes through the form that page, API and import use, with its audit entry. Parts refer to
each other, so those that are not valid yet are tried again until a whole pass stores none.
"""

from collections.abc import Container
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction

from alumio import configuration_audit, usage
from alumio.audit import Actor
from alumio.builder.document import MADE_UP, Document, Part, forms, key_of, model_of, renamed
from alumio.builder.faults import Fault, faults_of
from alumio.builder.table import unfinished
from alumio.configuration import Configuration, StaleRevision, free_identifier
from alumio.forms import ConfigurationForm
from alumio.located import Located
from alumio.models import User


@dataclass
class Stored:
    """What came of it: nothing is stored where there are faults or conflicts."""

    faults: list[Fault] = field(default_factory=list)
    conflicts: list[tuple[Part, Configuration]] = field(default_factory=list)
    route: str = ""

    @property
    def ok(self) -> bool:
        return not (self.faults or self.conflicts)


class _Undo(Exception):
    pass


def save(document: Document, user: User, actor: Actor) -> Stored:
    """Store the document. The result names the faults, or what somebody else saved meanwhile, or
    the identifier that the route has now."""
    stored = Stored()
    try:
        with transaction.atomic():
            settled, names = with_identifiers(document)
            broken = store_parts(settled, user=user, actor=actor, stored=stored)
            found = faults_of(settled, broken)
            stored.faults = [replace(f, part=names.get(f.part, f.part)) for f in found]
            stored.faults += _delete_removed(settled, actor)
            if not stored.ok:
                raise _Undo
            stored.route = settled.route_id
    except _Undo:
        pass
    except IntegrityError:
        text = "Somebody else took one of the new identifiers just now. Save again."
        stored.faults = [Fault(document.route.key, text)]
    return stored


@contextmanager
def applied(document: Document):
    """Inside, the complete parts of the draft look as if they were saved; nothing of it stays.

    Gives the errors of the others, by part."""
    if not document.content["parts"]:
        yield {}
        return
    with transaction.atomic():
        yield store_parts(document)
        transaction.set_rollback(True)


def check(document: Document) -> list[Fault]:
    """What would stop the draft from being saved."""
    with applied(document) as broken:
        return faults_of(document, broken)


def with_identifiers(document: Document) -> tuple[Document, dict[str, str]]:
    """The document with real identifiers in the place of those made up, and the keys that its
    parts had before, by those they have now."""
    names: dict[str, str] = {}
    keys: dict[str, str] = {}
    for part in document.changed_parts():
        real = part.identifier
        if real.startswith(MADE_UP):
            real = part.data.get("identifier") or free_name(part, keys)
            names[part.identifier] = real
        keys[key_of(part.kind, real)] = part.key
    content = renamed(document.content, names)
    held = content["parts"]
    content["parts"] = {key: held[before] for key, before in keys.items()}
    return Document(content), keys


def free_name(part: Part, taken: Container[str]) -> str:
    """An identifier for a new part that no configuration has, nor any of these keys."""
    name = free_identifier(model_of(part.kind), part.data.get("name") or "")
    base, number = name, 2
    while key_of(part.kind, name) in taken:
        name, number = f"{base}-{number}", number + 1
    return name


# ---------------------------------------------------------------- part by part


def store_parts(document: Document, user=None, actor=None, stored=None) -> dict[str, list[Located]]:
    """Store the parts that are complete. Returns the errors of the others, by key.

    With `stored` revisions count: what is stale is noted there as a conflict."""
    waiting, broken = document.changed_parts(), {}
    while waiting:
        broken = {p.key: e for p in waiting if (e := _store(p, user, actor, stored))}
        if len(broken) == len(waiting):
            break
        waiting = [part for part in waiting if part.key in broken]
    return broken


def _store(part: Part, user, actor, stored) -> list[Located]:
    instance = None if part.is_new else row_of(part)
    if instance is None and not part.is_new:
        return [Located("Somebody deleted it meanwhile. Choose another one.")]
    form = form_of(part, instance, user, fenced=stored is not None)
    if errors := form.located_errors() or unfinished(part.data):
        return errors
    try:
        with transaction.atomic():
            saved = form.save()
    except StaleRevision as stale:
        stored.conflicts.append((part, stale.current))
        return []
    if actor:
        configuration_audit.saved(actor, saved)
    return []


def row_of(part: Part) -> Configuration | None:
    return model_of(part.kind).objects.filter(identifier=part.identifier).first()


def form_of(part: Part, instance, user, fenced: bool) -> ConfigurationForm:
    """The form that stores a part. `fenced`: only on top of the revision that it started from."""
    data = dict(part.data) | {"identifier": part.identifier}
    if fenced and instance:
        data["revision"] = part.revision
    return forms()[part.kind](data, instance=instance, user=user, partial=False)


def _delete_removed(document: Document, actor: Actor) -> list[Fault]:
    """Delete what was removed from the line. Returns why something has to stay."""
    faults = []
    for key, revision in document.content["removed"].items():
        kind, _, identifier = key.partition(":")
        row = model_of(kind).objects.filter(identifier=identifier).first()
        if row is None:
            continue
        if row.revision != revision:
            text = f"Somebody else has changed “{row.name}”: undo this, and see what it does now."
            faults.append(Fault(key, text))
        elif kept := usage.kept_because_of(row):
            text = f"“{row.name}” still has {', '.join(kept)}: undo this, and disable it instead."
            faults.append(Fault(key, text))
        else:
            configuration_audit.deleted(actor, row)
            row.delete()
    return faults
