"""The life of a task, declared once: its statuses and the verbs between them."""

from django.db import models

from alumio.states import StateMachine, Verb


class Status(models.TextChoices):
    NEW = "new", "New"
    PROCESSING = "processing", "Processing"
    FINISHED = "finished", "Finished"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    RETRY = "retry", "Retry"
    WAITING = "waiting", "Waiting"
    REJECTED = "rejected", "Rejected"

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    Status.NEW: "Imported and ready for the outgoing; the next run of its route takes it.",
    Status.PROCESSING: "Being exported now by a process.",
    Status.FINISHED: "Delivered without an error.",
    Status.FAILED: "Could not be delivered; a person decides whether to retry it.",
    Status.SKIPPED: "Filtered out by the outgoing, unchanged, replaced by a newer task of its "
    "entity, or skipped by a person.",
    Status.RETRY: "Could not be delivered yet; the route's next run after the wait tries it again.",
    Status.WAITING: "Delivered; waits until a person or a system says finished or failed.",
    Status.REJECTED: "Refused by a step, a limit or its entity schema, so it cannot be exported.",
}

OPEN = (Status.NEW, Status.PROCESSING, Status.RETRY)
FREE = {"held_by": None}
WELL = {"cause": None}
AFRESH = {"attempts": 0, "deaths": 0, "next_attempt_at": None, **WELL}

MACHINE = StateMachine(
    Verb("claim", ("new", "retry"), "processing", "process"),
    Verb("finish", ("processing",), "finished", "process", reset=FREE | WELL),
    Verb("wait", ("processing",), "waiting", "process", reset=FREE | WELL),
    Verb("drop", ("processing",), "skipped", "process", reset=FREE | WELL),
    Verb("postpone", ("processing",), "retry", "process", reset=FREE),
    Verb("fail", ("processing",), "failed", "process", reset=FREE),
    Verb("release", ("processing",), "new", "repair", reset=FREE),
    Verb("give up", ("processing",), "failed", "repair", reset=FREE),
    Verb("supersede", ("retry",), "skipped", "process", reset=WELL),
    Verb("skip", ("new", "retry"), "skipped", "person", "Skip", reset=WELL),
    Verb("retry", ("finished", "failed", "skipped"), "new", "person", "Retry", reset=AFRESH),
    Verb("mark-finished", ("waiting",), "finished", "person", "Mark finished"),
    Verb("mark-failed", ("waiting",), "failed", "person", "Mark failed"),
)
