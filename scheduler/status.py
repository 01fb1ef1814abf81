"""The life of a process, declared like a task's."""

from django.db import models
from django.db.models.functions import Now

from alumio.states import StateMachine, Verb


class Status(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    FAILED = "failed", "Failed"
    KILLED = "killed", "Killed"
    SKIPPED = "skipped", "Skipped"


ENDED = {"ended_at": Now()}

MACHINE = StateMachine(
    Verb("start", ("scheduled",), "running", "process", reset={"started_at": Now()}),
    Verb("finish", ("running",), "finished", "process", reset=ENDED),
    Verb("fail", ("running",), "failed", "process", reset=ENDED),
    Verb("stop", ("running",), "killed", "process", reset=ENDED),
    Verb("lose", ("running",), "failed", "repair", reset=ENDED),
    Verb("skip", ("scheduled",), "skipped", "person", "Skip", reset=ENDED),
)
