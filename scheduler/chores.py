"""Chores: what processes do that run no incoming and no route.

A chore is a function of the process's arguments and its run. It works in short transactions, each
of which also keeps the cursor behind it, so that a killed one goes on where it stood; between them
it calls `run.check()`, which stops it where somebody asked for that. What it returns is the result
in words; without it the counts speak.
"""

from collections import Counter
from collections.abc import Callable

from scheduler import bulk_actions
from scheduler.counted import counted
from scheduler.models import Kind
from scheduler.pruning import prune
from scheduler.repair import GivenUp, free_what_the_killed_left, repair_lost
from scheduler.webhooks.replay import replay_in_background
from tasks.forgetting import forget_in_background
from tasks.reimport import reimport
from tasks.run import Run


def repair(arguments: dict, run: Run) -> str:
    """Give up processes whose lease ran out, and free their tasks. Returns what came of it."""

    def tell(lost: GivenUp) -> None:
        run.counts += Counter({"lost": 1, "due again": lost.released, "failed": lost.failed})
        text = f"Process {lost.process.pk}, {lost.process.name}, was lost with its worker: "
        run.note("warning", text + _freed(lost.released, lost.failed))

    if left := free_what_the_killed_left():
        run.counts["due again"] += left
        run.note("warning", f"Killed processes had left {counted(left, 'tasks')}: due again.")
    lost = repair_lost(tell=tell)
    if not (lost or left):
        return "Nothing was stuck."
    given_up = f"Gave up {counted(lost, 'processes')}: " if lost else ""
    return given_up + _freed(run.counts["due again"], run.counts["failed"])


def _freed(released: int, failed: int) -> str:
    if not (released or failed):
        return "no task was held."
    due = f"{counted(released, 'tasks')} due again" if released else ""
    dead = f"{counted(failed, 'tasks')} failed" if failed else ""
    return f"{', '.join(filter(None, (due, dead)))}."


BY_KIND: dict[str, Callable[[dict, Run], str | None]] = {
    Kind.REPAIR: repair,
    Kind.PRUNE: prune,
    Kind.REIMPORT: reimport,
    Kind.BULK: bulk_actions.change,
    Kind.FORGET: forget_in_background,
    Kind.REPLAY: replay_in_background,
}
IN_WORDS: dict[str, Callable[[dict, dict], str]] = {Kind.BULK: bulk_actions.in_words}
"""What came of a chore so far, from its arguments and counts, where these do not speak for
themselves."""
