"""Chores: what processes do that run no incoming and no route.

A chore is a function of the process's arguments and its run. It works in short transactions, each
of which also keeps the cursor behind it, so that a killed one goes on where it stood; between them
it calls `run.check()`, which stops it where somebody asked for that. What it returns is the result
in words; without it the counts speak.
"""

from collections.abc import Callable

from scheduler import bulk_actions
from scheduler.models import Kind
from scheduler.pruning import prune
from scheduler.repair import repair_lost
from tasks.forgetting import forget_in_background
from tasks.reimport import reimport
from tasks.run import Run


def repair(arguments: dict, run: Run) -> str:
    """Give up processes whose lease ran out, and free their tasks."""
    found = repair_lost()
    run.counts["lost processes"] = found
    return "" if found else "Nothing was stuck."


BY_KIND: dict[str, Callable[[dict, Run], str | None]] = {
    Kind.REPAIR: repair,
    Kind.PRUNE: prune,
    Kind.REIMPORT: reimport,
    Kind.BULK: bulk_actions.change,
    Kind.FORGET: forget_in_background,
}
IN_WORDS: dict[str, Callable[[dict, dict], str]] = {Kind.BULK: bulk_actions.in_words}
"""What came of a chore so far, from its arguments and counts, where these do not speak for
themselves."""
