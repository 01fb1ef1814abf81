"""What a person may do to tasks: retry, skip, mark finished, mark failed; one or a million.

The verbs are those of the status machine whose actor is a person. A task whose status does not
allow the verb is left alone and counted. Few tasks are changed at once; for more a process is
queued, which changes them beside everything else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from alumio import audit, database
from alumio.audit import Actor
from routes.models import Route
from tasks import counts, messages, trail
from tasks.choice import Choice
from tasks.judgement import DONE, UNKNOWN, judge
from tasks.status import MACHINE, Status

MOST_AT_ONCE = 10_000
"""Tasks up to which a choice is changed while the person waits."""
PATIENCE = 5.0
"""Seconds for which an action is tried again where the database was away."""
VERBS = {verb.name: verb for verb in MACHINE.verbs.values() if verb.actor == "person"}

woken: list[Callable[[Sequence[Route]], None]] = []
"""Called with the real-time routes whose tasks a person retried, so that these go out at once. A
higher floor puts its function here."""


@dataclass(frozen=True)
class Queued:
    """A process does it. `already`: it was queued for the same action before."""

    process: int
    already: bool = False


in_background: list[Callable[[str, Choice, Actor], Queued]] = []
"""Queues a process for a verb on a large choice; the first is used. A higher floor puts its
function here; without one, everything is done at once."""


@dataclass
class Applied:
    """How many tasks changed; how many did not, by the status that did not allow it."""

    changed: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def not_allowed(self) -> int:
        return self.refused.total()

    def words(self, verb: str) -> str:
        return in_words(verb, self.changed, self.refused)


def act(verb: str, choice: Choice, actor: Actor) -> Applied | Queued:
    """Do what a person asked for, at once or in the background. It is in the audit trail then.

    Raises KeyError for other verbs than a person's.
    """
    rule = VERBS[verb]
    ids = list(choice.tasks.values_list("id", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE and in_background:
        return in_background[0](rule.name, choice, actor)
    if len(ids) > MOST_AT_ONCE:
        ids = list(choice.tasks.values_list("id", flat=True))
    missing = 0 if choice.everything else len(choice.identifiers) - len(ids)

    @transaction.atomic
    def work() -> Applied:
        applied = _apply(verb, ids, choice.statuses, actor)
        applied.refused += Counter({UNKNOWN: missing})
        _record(verb, choice, actor, applied)
        return applied

    applied = database.persistently(work, PATIENCE)
    counts.forget()
    return applied


def _apply(verb: str, ids: list[int], statuses: Sequence[str], actor) -> Applied:
    judged = judge(VERBS[verb], ids, statuses, actor, wait=True)
    if judged.changed and VERBS[verb].target == Status.NEW:
        wake(judged.routes)
    return Applied(judged.changed, judged.reasons())


def _record(verb: str, choice: Choice, actor: Actor, applied: Applied) -> None:
    about: dict = {"changed": applied.changed, "not_allowed": applied.not_allowed}
    named = [messages.storable(each)[:26] for each in choice.identifiers]  # whatever a caller sent
    if len(named) == 1:
        trail.record(actor, verb, named[0], **about)
    else:
        criteria = choice.criteria if choice.everything else {"identifiers": named}
        audit.record(actor, verb, criteria=criteria, **about)


def wake(routes: Iterable[int]) -> None:
    """Have the real-time ones among these routes export at once what became New."""
    realtime = list(Route.objects.filter(pk__in=routes, realtime=True, enabled=True))
    if realtime:
        for wake in woken:
            wake(realtime)


def in_words(verb: str, changed: int, refused: Counter[str]) -> str:
    """“4,300 retried, 12 not allowed: 10 processing, 2 waiting.”"""
    text = f"{changed:,} {DONE[verb].lower()}"
    if refused:
        reasons = ", ".join(f"{refused[name]:,} {word_of(name)}" for name in _in_order(refused))
        text += f", {refused.total():,} not allowed: {reasons}"
    return text + "."


def _in_order(refused: Counter[str]) -> list[str]:
    return [name for name in (*Status.values, UNKNOWN) if refused[name]]


def word_of(status: str) -> str:
    """A status, or UNKNOWN, as a sentence calls it."""
    return "not found" if status == UNKNOWN else status
