"""Stores what was read: all of it, or nothing with every reason.

Configurations refer to each other in any order, so those that are not valid yet are tried again
until a whole pass stores none.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction

from alumio import configuration_audit
from alumio.audit import Actor
from alumio.exchange.kinds import KINDS
from alumio.exchange.reading import Contents, Draft, Problem
from alumio.exchange.variables import named_in, undefined
from alumio.models import User

SKIP, OVERWRITE = "skip", "overwrite"
MODES = (SKIP, OVERWRITE)


@dataclass
class Report:
    """What an import did, or would have done."""

    created: Counter = field(default_factory=Counter)
    updated: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    undefined_variables: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


class Storing(NamedTuple):
    """How drafts are stored, and for whom."""

    mode: str
    user: User | None
    actor: Actor | None


class _Undo(Exception):
    pass


def import_configurations(
    contents: Contents,
    mode: str = SKIP,
    dry_run=False,
    user=None,
    create_schemas=False,
    actor: Actor | None = None,
) -> Report:
    """Store the drafts in one transaction. With problems or `dry_run` nothing is stored.

    `user` is noted with the revisions, `actor` in the audit trail.
    `create_schemas` makes an empty entity schema where incomings name one that there is not.
    """
    drafts = contents.drafts + (missing_schemas(contents.drafts) if create_schemas else [])
    report = Report(problems=list(contents.problems), left_out=contents.left_out)
    report.undefined_variables = undefined(named_in([draft.data for draft in contents.drafts]))
    try:
        with transaction.atomic():
            _store_all(drafts, Storing(mode, user, actor), report)
            if report.problems or dry_run:
                raise _Undo
    except _Undo:
        pass
    return report


def missing_schemas(drafts: list[Draft]) -> list[Draft]:
    """Drafts of the entity schemas that others name and nobody brings along."""
    kind = KINDS["entity"]
    brought = {draft.identifier for draft in drafts if draft.kind is kind}
    brought |= set(kind.model.objects.values_list("identifier", flat=True))
    named = {}
    for draft in drafts:
        identifier = draft.data.get("entity_schema")
        if isinstance(identifier, str) and identifier and identifier not in brought:
            named.setdefault(identifier, draft)
    note = "it was named but not brought along, so an empty one was made"
    return [
        Draft(kind, {"identifier": identifier, "name": identifier}, draft.source, [note])
        for identifier, draft in named.items()
    ]


def _store_all(drafts: list[Draft], storing: Storing, report: Report) -> None:
    waiting, failed = list(drafts), {}
    while waiting:
        failed = {
            draft.key: problems for draft in waiting if (problems := _store(draft, storing, report))
        }
        if len(failed) == len(waiting):
            break
        waiting = [draft for draft in waiting if draft.key in failed]
    report.problems += _causes_first(waiting, failed)


def _store(draft: Draft, storing: Storing, report: Report) -> list[Problem]:
    """Store one draft, or say why it cannot be stored (yet)."""
    existing = draft.kind.model.objects.filter(identifier=draft.identifier).first()
    if existing and storing.mode == SKIP:
        report.skipped[draft.kind.type] += 1
        return []
    form = draft.kind.form(dict(draft.data), instance=existing, user=storing.user, partial=False)
    if not form.is_valid():
        return [
            Problem(draft.source, error.reason, str(draft), " › ".join(error.words))
            for error in form.located_errors()
        ]
    saved = form.save()
    if storing.actor:
        configuration_audit.saved(storing.actor, saved, "import", f"From {draft.source}.")
    (report.updated if existing else report.created)[draft.kind.type] += 1
    report.notes += [f"{draft.source} › {draft}: {note}" for note in draft.notes]
    return []


def _causes_first(waiting: list[Draft], failed: dict) -> list[Problem]:
    """Problems that only follow from others (what they need could not be stored) come last."""
    names = [f"“{draft.identifier}”" for draft in waiting]
    problems = [problem for found in failed.values() for problem in found]
    return sorted(problems, key=lambda problem: any(n in problem.message for n in names))
