"""The data path: two functions, from a source to tasks and from tasks to a target.

    import_entities    subscribe → incoming steps, once → for each enabled route: its steps on a
                       copy → the gate → tasks, inserted in chunks, New or Rejected
    export_tasks       claim a batch → outgoing steps → publish → settle in small groups

Records stream: whatever the size of the source, a chunk is all that is held. A bad record never
stops the others. The tasks of a chunk, what its steps stored and the cursor behind it are committed
together, so a crash neither loses nor doubles them.
"""

from collections.abc import Callable, Iterator
from functools import partial

from django.db import transaction

from alumio import database
from connectors.models import Incoming
from routes.models import Route
from tasks import unchanged
from tasks.claim import Claimed, claim, give_back
from tasks.delivery import Deliverers, Export
from tasks.gate import Draft
from tasks.importing import Chunk, Import
from tasks.insertion import insert
from tasks.run import Run
from tasks.settle import MAX_GROUP, Settler

CHUNK = 500
"""Raw records from a source that are committed together, at most."""
CLAIM = 200
"""Tasks claimed at once, at most: those not sent when a process dies are simply released."""
Beside = Callable[[list[Draft]], None]


def import_entities(incoming: Incoming, run: Run | None = None) -> Run:
    """Fetch everything that the incoming's source has and make tasks of it.

    Returns the run, whose `counts` say what came of it. Raises SubscriberError where the source
    fails, Stopped or Lost; what was committed until then stays.
    """
    run = run or Run()
    work = Import(incoming, run)
    run.started(incoming=incoming.revision, **work.revisions)
    try:
        for chunk in work.chunks(run.cursor, CHUNK):
            run.check()
            database.persistently(partial(commit, chunk, work, run))
            run.created(chunk.realtime_routes())
    finally:
        work.close()
    return run


def commit(chunk: Chunk, work: Import, run: Run, beside: Beside | None = None) -> None:
    """Commit a chunk, and what is done `beside` it, of the drafts that became tasks, in the same
    transaction. It is tried again where the answer to a commit got lost with the connection: the
    cursor then says whether that commit counted."""
    if not (chunk.tried and run.has_kept(chunk.cursor)):
        chunk.tried = True
        chunk.find_causes(work.causes)
        _commit(chunk, work, run, beside)
    work.storages.clear()


def _commit(chunk: Chunk, work: Import, run: Run, beside: Beside | None) -> None:
    counts = run.counts.copy()
    try:
        with transaction.atomic():
            drafts, made = unchanged.sift(chunk.drafts)
            run.counts.update(chunk.counts + made)
            run.keep(chunk.cursor)
            unchanged.remember(drafts, insert(drafts, run.id, work.source))
            work.storages.flush()
            if beside:
                beside(drafts)
    except BaseException:
        run.counts = counts
        raise


def export_tasks(route: Route, run: Run | None = None, limit: int | None = None) -> Run:
    """Export up to `limit` due tasks of the route, oldest first; all of them without a limit.

    Returns the run, whose `counts` are by the status that the tasks got. Raises Stopped or Lost;
    tasks that were claimed and not begun are released.
    """
    run = run or Run()
    export = Export(route)
    run.started(route=route.revision, outgoing=route.outgoing.revision, **export.revisions)
    deliverers = Deliverers(export.deliver, run, route.requests_in_flight, MAX_GROUP)
    settler = Settler(route, run, deliverers.settled)
    try:
        _export(route, run, limit, deliverers, settler)
    finally:
        deliverers.stop()
        try:
            _drain(deliverers, settler)
        finally:
            deliverers.close()
            export.close()
    return run


def _export(route: Route, run: Run, limit, deliverers: Deliverers, settler: Settler) -> None:
    for batch in _batches(route, run, limit, deliverers, settler):
        if batch[0].quarantined:
            _collect(deliverers, settler, run, down_to=0)
        deliverers.give(batch)
        # Claim again while the last ones are still under way, so that no sender ever waits.
        down_to = 0 if batch[0].quarantined else route.requests_in_flight
        _collect(deliverers, settler, run, down_to)


def _batches(route, run, limit, deliverers, settler) -> Iterator[list[Claimed]]:
    """Batches until nothing is due. What is under way may hold others of its entity back, so
    nothing due counts only once nothing is under way."""
    left = limit
    while left is None or left > 0:
        run.check()
        size = CLAIM if left is None else min(CLAIM, left)
        batch = database.persistently(partial(claim, route.pk, run.id, size, route.newest_wins))
        if batch:
            left = None if left is None else left - len(batch)
            yield batch
        elif deliverers.outstanding:
            _collect(deliverers, settler, run, down_to=deliverers.outstanding - 1)
            settler.flush()
        else:
            settler.flush()
            if not _forgotten(run):
                return
    _collect(deliverers, settler, run, down_to=0)


def _forgotten(run: Run) -> bool:
    """Whether tasks are due again that this run claimed without learning it: the connection broke
    after the claim was committed."""
    return bool(run.id and database.persistently(lambda: give_back(run.id)))


def _collect(deliverers: Deliverers, settler: Settler, run: Run, down_to: int) -> None:
    """Settle outcomes as they come until at most `down_to` tasks are under way."""
    while deliverers.outstanding > down_to:
        outcome = deliverers.take(settler.patience if settler.patience is not None else 1.0)
        if outcome is not None:
            settler.add(outcome)
        settler.flush_if_due()
        run.check()
    if down_to == 0:
        settler.flush()


def _drain(deliverers: Deliverers, settler: Settler) -> None:
    """Wait for what is in flight; everything else comes back unsent and is released."""
    while deliverers.outstanding:
        outcome = deliverers.take(1.0)
        if outcome is not None:
            settler.add(outcome)
        settler.flush_if_due()
    settler.flush()
