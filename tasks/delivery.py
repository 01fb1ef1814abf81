"""Delivery: the outgoing steps and the publisher, for several claimed tasks side by side.

Threads do the waiting for other systems. They touch no task row: the thread that claims also
settles, from the outcomes they hand back.
"""

import queue
import threading
from collections.abc import Callable, Iterable

from django.db import connections

from alumio import database, jsontext
from alumio.configuration import noting_uses
from connectors.errors import PublisherError
from connectors.registries import publishers
from connectors.storage import Storages
from routes.models import Route
from tasks.causes import Reason, reason_of
from tasks.claim import Claimed
from tasks.outcome import DELIVERED, DROPPED, ERROR, UNSENT, Outcome, retried
from tasks.run import Run
from tasks.variables import variables
from transformers.context import Context
from transformers.entity import Entity
from transformers.errors import StepError, placed
from transformers.pipeline import Pipeline


class Export:
    """One route's outgoing, built once: what happens to a claimed task."""

    def __init__(self, route: Route):
        outgoing = route.outgoing
        self.scope = {"route": route.identifier, "outgoing": outgoing.identifier}
        self.tries_dropped_again = route.retry_enabled and "skipped" in retried(route)
        self.variables = variables()
        self.storages = Storages()
        with noting_uses() as self.revisions:
            self.steps = Pipeline.build(outgoing.transformers)
            self.after = Pipeline.build(outgoing.after_transformers)
            self.publisher = publishers.build(outgoing.publisher)

    def close(self) -> None:
        self.publisher.close()

    def deliver(self, task: Claimed) -> Outcome:
        """Run the outgoing for one task. Whatever goes wrong becomes the outcome's message."""
        scope = {"task": task.identifier, "idempotency_key": task.idempotency_key, **self.scope}
        kept = self.storages.apart()
        context = self._context(scope, kept)
        reason = None
        try:
            result = self._deliver(task, context, kept)
            if result == DELIVERED or not self.tries_dropped_again:
                context.storages.merge()
        except (StepError, PublisherError) as error:
            context.log("error", str(error), getattr(error, "detail", None))
            result, reason = _failed(error, task)
        except BaseException as error:  # even SystemExit: without its thread the task would hang
            context.log("error", f"Unexpected {type(error).__name__}: {error}")
            result, reason = _failed(error, task)
        return Outcome(task, result, context.messages, kept, reason)

    def _context(self, scope: dict, kept: Storages) -> Context:
        return Context(scope=scope, variables=self.variables, storages=kept.layer())

    def _deliver(self, task: Claimed, context: Context, kept: Storages) -> str:
        """What the steps store counts once all is delivered or dropped for good: an entity that is
        remembered as sent and was not would be dropped by the next attempt. What the steps after
        publishing store, such as the target's id, stays true, so it is `kept` at once."""
        entity = Entity(jsontext.loads(task.data), task.schema or None)
        entities = list(self.steps.run(entity, context))
        if not entities:
            context.log("info", "Skipped: the outgoing's transformers filtered the entity out.")
            return DROPPED
        for number, entity in enumerate(entities, 1):
            which = f" ({number} of {len(entities)})" if number > 1 else ""
            context.scope["idempotency_key"] = task.key_of(number)
            self._publish(entity, context, kept, which)
        return DELIVERED

    def _publish(self, entity: Entity, context: Context, kept: Storages, which: str) -> None:
        answer = self.publisher.publish(entity, context)
        if not answer.ok:
            raise PublisherError(answer.text + which, answer.detail)
        context.log("info", answer.text + which, answer.detail)
        if self.after:
            before, context.storages = context.storages, context.storages.layer()
            self._run_after(Entity(answer.data, entity.schema), context)
            context.storages.merge(before)
            context.storages.merge(kept)
            context.storages = before

    def _run_after(self, answer: Entity, context: Context) -> None:
        try:
            for _ in self.after.run(answer, context):
                pass
        except StepError as error:
            raise placed(error, "after publishing") from error


def _failed(error: BaseException, task: Claimed) -> tuple[str, Reason | None]:
    """What an error makes of an attempt, and why; nothing where the database was away."""
    if database.is_away(error):
        return UNSENT, None
    place = "publisher" if isinstance(error, PublisherError) else "outgoing"
    return ERROR, reason_of(error, place, task.entity)


class Deliverers:
    """A few threads that deliver; results come back through a queue, in the order of their end.

    Of what was begun, no more than `threads` + `unsettled` tasks are ever not settled yet: that is
    what a kill repeats, also while the settling of a group takes long.
    """

    def __init__(
        self, deliver: Callable[[Claimed], Outcome], run: Run, threads: int, unsettled: int
    ):
        self._deliver, self._run = deliver, run
        self._allowed = threading.Semaphore(threads + unsettled)
        self._todo: queue.SimpleQueue[Claimed | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self.outstanding = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"deliver-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def give(self, tasks: Iterable[Claimed]) -> None:
        for task in tasks:
            self.outstanding += 1
            self._todo.put(task)

    def take(self, timeout: float | None) -> Outcome | None:
        """The next outcome, or None when `timeout` seconds have passed without one."""
        try:
            outcome = self._done.get(timeout=timeout)
        except queue.Empty:
            return None
        self.outstanding -= 1
        return outcome

    def stop(self) -> None:
        """Send nothing more: what was not begun comes back unsent."""
        self._stopping.set()
        self.settled(self.outstanding)

    def settled(self, tasks: int) -> None:
        """So many outcomes are written, so that as many more tasks may begin."""
        if tasks:
            self._allowed.release(tasks)

    def close(self) -> None:
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            while (task := self._todo.get()) is not None:
                self._allowed.acquire()
                if self._stopping.is_set() or not self._run.may_send():
                    self._done.put(Outcome(task, UNSENT))
                else:
                    self._done.put(self._deliver(task))
        finally:
            connections.close_all()
