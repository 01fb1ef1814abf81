"""Bulk actions: what a person asked for on more tasks than are changed at once.

At the click the tasks are written down in parts, so that nothing that arrives or begins to match
later is touched. The process takes one part after the other, each in one short transaction together
with its counts: killed at any moment, it goes on with the parts that are left. What a worker holds
at that moment is left in its part and looked at again in the next round.
"""

import time
from collections import Counter
from collections.abc import Iterator

from django.db import connection, transaction

from alumio import audit, bulk
from alumio.audit import Actor
from scheduler import asked
from scheduler.models import ChosenPart, Kind, Process, RefusedTask
from scheduler.queue import Queued
from scheduler.status import Status
from tasks import actions, counts
from tasks.choice import Choice
from tasks.judgement import Judged, Refused, judge
from tasks.once import once
from tasks.preview import titled
from tasks.run import Lost, Run
from tasks.status import Status as TaskStatus

PART = {"postgresql": 10_000, "sqlite": 1_000}
"""Tasks of one transaction. SQLite has one write lock for all, so it is held shortly there."""
BREATH = {"postgresql": 0.0, "sqlite": 0.01}
"""Seconds between two transactions, in which others get SQLite's lock."""
PAUSE = 0.05
"""Seconds before what others held is looked at again."""
MOST_KEPT = 100_000
"""Refused tasks that are kept by name; beyond, they are only counted."""
REFUSED = "not_allowed_"
"""With this begins the name of a count of refused tasks; their status follows."""


# ---------------------------------------------------------------- at the click


def enqueue(verb: str, choice: Choice, actor: Actor) -> actions.Queued:
    """Freeze the choice and queue a process for it, unless the same action waits or runs."""
    key = asked.digest([verb, choice.as_json()])
    if open_one := _open(key):
        return actions.Queued(open_one.pk, already=True)
    parts = list(_parts(choice))
    with transaction.atomic():
        queued = _queue(verb, choice, actor, key, sum(number for number, _ in parts))
        if queued.process:
            mine = queued.process.parts
            mine.bulk_create(ChosenPart(process=queued.process, task_ids=ids) for _, ids in parts)
            audit.record(actor, verb, criteria=choice.criteria, process=queued.process.pk)
            return actions.Queued(queued.process.pk)
    if queued.duplicate_of:
        return actions.Queued(queued.duplicate_of.pk, already=True)
    return enqueue(verb, choice, actor)  # that one ended just now


def _open(key: str) -> Process | None:
    mine = Process.objects.filter(job=Kind.BULK, queue_key=f"{Kind.BULK}:{key}")
    return mine.filter(status__in=(Status.SCHEDULED, Status.RUNNING)).first()


def _queue(verb: str, choice: Choice, actor: Actor, key: str, total: int) -> Queued:
    return asked.enqueue(
        Kind.BULK,
        actor,
        title=titled(actions.VERBS[verb].label, total),
        arguments={
            "verb": verb,
            "choice": choice.as_json(),
            "statuses": choice.statuses,
            "total": total,
            "actor": actor.as_json(),
        },
        key=key,
    )


def _parts(choice: Choice) -> Iterator[tuple[int, str]]:
    """The ids of the chosen tasks, oldest first, with their number."""
    size = PART[connection.vendor]
    ids = choice.tasks.order_by("id").values_list("id", flat=True).iterator(chunk_size=20_000)
    part: list[str] = []
    for id in ids:
        part.append(str(id))
        if len(part) == size:
            yield len(part), " ".join(part)
            part = []
    if part:
        yield len(part), " ".join(part)


# ---------------------------------------------------------------- in the background


def change(arguments: dict, run: Run) -> str:
    """The chore: apply the verb to all parts. Returns what came of it in words."""
    run.started(total=arguments["total"])
    action = BulkAction(arguments, run)
    try:
        while parts := action.left():
            for part in parts:
                run.check()
                action.do(part)
                time.sleep(BREATH[connection.vendor])
            time.sleep(PAUSE if action.held else 0)
    except Lost:
        # What goes on elsewhere has taken its parts along; those of a killed one are nobody's. A
        # worker that only its own clock calls late leaves them to who gives the process up.
        ours = ChosenPart.objects.filter(process=run.id)
        ours.exclude(process__status=Status.RUNNING).delete()
        raise
    finally:
        action.tell_others()
    return in_words(arguments, run.counts)


class BulkAction:
    """One verb on parts of tasks, for one run."""

    def __init__(self, arguments: dict, run: Run):
        self.run, self.statuses = run, arguments["statuses"]
        self.rule = actions.VERBS[arguments["verb"]]
        self.actor = Actor(**arguments["actor"])
        self.routes = set((run.cursor or {}).get("routes", ()))
        self.held = 0

    def left(self) -> list[int]:
        self.held = 0
        return list(ChosenPart.objects.filter(process=self.run.id).values_list("pk", flat=True))

    def do(self, part: int) -> None:
        """Judge and change the tasks of one part, in one transaction with the counts."""
        self.held += once(self.run, lambda: self._judge(part))["held"]

    def _judge(self, part: int) -> dict:
        """Returns the cursor behind the part."""
        row = ChosenPart.objects.filter(pk=part, process=self.run.id).first()
        if row is None:
            raise Lost(f"Process {self.run.id} was given up.")
        ids = [int(id) for id in row.task_ids.split()]
        judged = judge(self.rule, ids, self.statuses, self.actor, wait=False, process=self.run.id)
        self._keep(judged.refused)
        self._count(judged)
        if judged.held:
            row.task_ids = " ".join(map(str, judged.held))
            row.save(update_fields=["task_ids"])
        else:
            row.delete()
        self.routes |= judged.routes
        return {"part": part, "held": len(judged.held), "routes": sorted(self.routes)}

    def _count(self, judged: Judged) -> None:
        self.run.counts["changed"] += judged.changed
        for status, number in judged.reasons().items():
            self.run.counts[REFUSED + status] += number

    def _keep(self, refused: list[Refused]) -> None:
        """Keep the refused tasks by name, as long as there is room."""
        room = max(0, MOST_KEPT - refused_in(self.run.counts).total())
        columns = ("process_id", "identifier", "route_id", "entity_identifier", "status")
        if rows := [(self.run.id, *task) for task in refused[:room]]:
            bulk.insert(RefusedTask, columns, rows)

    def tell_others(self) -> None:
        """Pages count anew; real-time routes export what became New."""
        counts.forget()
        if self.rule.target == TaskStatus.NEW:
            actions.wake(self.routes)


def refused_in(counted: dict) -> Counter[str]:
    """How many tasks were refused, by status, in the counts of a process."""
    return Counter(
        {
            name.removeprefix(REFUSED): number
            for name, number in counted.items()
            if name.startswith(REFUSED) and number
        }
    )


def in_words(arguments: dict, counted: dict) -> str:
    """“4,300 retried, 12 not allowed: 10 processing, 2 waiting.”, and how far it came if it did not
    come to the end."""
    changed, refused = counted.get("changed", 0), refused_in(counted)
    text, done = actions.in_words(arguments["verb"], changed, refused), changed + refused.total()
    if done >= arguments["total"]:
        return text
    return f"After {done:,} of {arguments['total']:,} tasks: {text}"
