"""When work runs: scheduled jobs, their occurrences, and the processes that do the work."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alumio.configuration import Configuration
from alumio.states import StateQuerySet
from connectors.models import Incoming
from routes.models import Route
from scheduler.status import MACHINE, Status
from scheduler.webhooks.models import (
    Delivery,
    Pause,
    Reading,
    RefusedCall,
    RefusedCount,
    Webhook,
)

__all__ = ["Delivery", "Pause", "Reading", "RefusedCall", "RefusedCount", "Webhook"]


class Kind(models.TextChoices):
    """What a process does. Chores concern no single incoming or route, and take no place of one."""

    IMPORT = "import", "Run incoming"
    EXPORT = "export", "Run route"
    WEBHOOK = "webhook", "Read calls"
    REPAIR = "repair", "Repair stuck tasks"
    PRUNE = "prune", "Remove old records"
    BULK = "bulk", "Change many tasks"
    REIMPORT = "reimport", "Import one task anew"
    FORGET = "forget", "Forget unchanged entities"
    REPLAY = "replay", "Replay calls"


FLOWS = (Kind.IMPORT, Kind.EXPORT, Kind.WEBHOOK)
UPKEEP = (Kind.REPAIR, Kind.PRUNE)
CHORES = (*UPKEEP, Kind.BULK, Kind.REIMPORT, Kind.FORGET, Kind.REPLAY)
SCHEDULABLE = (Kind.IMPORT, Kind.EXPORT, *UPKEEP)


class Priority(models.IntegerChoices):
    HIGH = 1, "High"
    MEDIUM = 2, "Medium"
    LOW = 3, "Low"


class Trigger(models.TextChoices):
    SCHEDULE = "schedule", "Schedule"
    PERSON = "person", "Person"
    API = "api", "API"
    COMMAND = "command", "Command line"
    WEBHOOK = "webhook", "Webhook"
    REALTIME = "realtime", "Real-time"
    RETRY = "retry", "Retry"
    RESUME = "resume", "Resumed after a loss"


class ScheduledJob(Configuration):
    """A cron entry. `number_of_tasks` bounds one run of a route; empty means all that are due.

    `then` are the jobs that follow the first, in order: rows of job, incoming, route (identifiers)
    and number_of_tasks. Where one fails the rest is left out, unless the job is to `go_on`.
    """

    content_fields = (
        "job",
        "incoming",
        "route",
        "number_of_tasks",
        "then",
        "go_on",
        "expression",
        "time_zone",
        "priority",
        "catch_up",
    )
    kind = "scheduled-job"

    job = models.CharField(max_length=8, choices=[(k.value, k.label) for k in SCHEDULABLE])
    incoming = models.ForeignKey(
        Incoming, models.CASCADE, null=True, blank=True, related_name="scheduled_jobs"
    )
    route = models.ForeignKey(
        Route, models.CASCADE, null=True, blank=True, related_name="scheduled_jobs"
    )
    number_of_tasks = models.PositiveIntegerField(null=True, blank=True)
    then = models.JSONField(default=list, blank=True)
    go_on = models.BooleanField(
        "go on after a failure",
        default=False,
        help_text="Run the next job also where the one before it failed.",
    )
    expression = models.CharField(max_length=255)
    time_zone = models.CharField(max_length=64, default="UTC")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    catch_up = models.BooleanField(
        "catch up",
        default=False,
        help_text="Run once after the platform was down for longer than five minutes, for all the "
        "times that were missed.",
    )
    checked_until = models.DateTimeField(null=True, editable=False)

    @property
    def target(self) -> Incoming | Route | None:
        """What is run; None for a chore."""
        return self.incoming if self.job == Kind.IMPORT else self.route


class Process(models.Model):
    """One queued or running execution. The rows are the queue.

    `heartbeat_at` is a lease by the database's clock: a running process whose heartbeat stopped is
    lost. `cursor` is where the work stands, committed with what was done before it. `slot` is the
    place a running process holds, one process a place. A chore has no target but a `title` and
    `arguments`.
    """

    machine = MACHINE

    id = models.BigAutoField(primary_key=True)
    job = models.CharField(max_length=8, choices=Kind)
    incoming = models.ForeignKey(Incoming, models.CASCADE, null=True, related_name="processes")
    route = models.ForeignKey(Route, models.CASCADE, null=True, related_name="processes")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="processes")
    status = models.CharField(max_length=9, choices=Status, default=Status.SCHEDULED)
    trigger = models.CharField(max_length=8, choices=Trigger)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    limit = models.PositiveIntegerField(null=True)
    queue_key = models.CharField(max_length=64, null=True)
    slot = models.PositiveSmallIntegerField(null=True)
    worker = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_requested = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    counts = models.JSONField(default=dict)
    title = models.CharField(max_length=255, blank=True)
    arguments = models.JSONField(default=dict)
    cursor = models.JSONField(null=True)
    revisions = models.JSONField(default=dict)
    result = models.TextField(blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    scheduled_job = models.ForeignKey(
        ScheduledJob, models.SET_NULL, null=True, related_name="processes"
    )
    resumes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "processes"
        constraints = [
            models.UniqueConstraint(
                fields=["queue_key"],
                condition=Q(status=Status.SCHEDULED, queue_key__isnull=False),
                name="one_scheduled_process_per_configuration",
            ),
            models.UniqueConstraint(
                fields=["queue_key"],
                condition=Q(job=Kind.BULK, status__in=[Status.SCHEDULED, Status.RUNNING]),
                name="one_open_process_per_bulk_action",
            ),
            models.UniqueConstraint(
                fields=["route", "slot"],
                condition=Q(status=Status.RUNNING, route__isnull=False),
                name="one_running_process_per_route_slot",
            ),
            models.UniqueConstraint(
                fields=["incoming", "slot"],
                condition=Q(status=Status.RUNNING, incoming__isnull=False),
                name="one_running_process_per_incoming",
            ),
            models.UniqueConstraint(
                fields=["webhook", "slot"],
                condition=Q(status=Status.RUNNING, webhook__isnull=False),
                name="one_running_process_per_webhook",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "id"],
                condition=Q(status=Status.SCHEDULED),
                name="process_queue",
            ),
            models.Index(
                fields=["heartbeat_at"], condition=Q(status=Status.RUNNING), name="process_lease"
            ),
            models.Index(fields=["status", "id"], name="process_status"),
            models.Index(fields=["route", "id"], name="process_of_route"),
            models.Index(fields=["incoming", "id"], name="process_of_incoming"),
            models.Index(fields=["webhook", "id"], name="process_of_webhook"),
            models.Index(fields=["scheduled_job", "id"], name="process_of_job"),
        ]

    def __str__(self):
        return f"process {self.pk}"

    @property
    def target(self) -> Incoming | Route | Webhook | None:
        """What is run; None for a chore."""
        return {Kind.IMPORT: self.incoming, Kind.WEBHOOK: self.webhook}.get(self.job, self.route)

    @property
    def name(self) -> str:
        """What it runs, or what the chore is about."""
        return self.target.name if self.target else self.title or self.get_job_display()


class ChosenPart(models.Model):
    """Some of the tasks that a bulk action was confirmed for, until their turn comes: `task_ids`
    are numbers with spaces between. A process that goes on for a lost one takes over its parts."""

    id = models.BigAutoField(primary_key=True)
    process = models.ForeignKey(Process, models.CASCADE, related_name="parts")
    task_ids = models.TextField()

    class Meta:
        ordering = ["id"]


class RefusedTask(models.Model):
    """A task that a bulk action left alone, as it was at that moment: `status` is what did not
    allow the verb."""

    id = models.BigAutoField(primary_key=True)
    process = models.ForeignKey(Process, models.CASCADE, related_name="refused_tasks")
    identifier = models.CharField(max_length=26)
    route_id = models.BigIntegerField()
    entity_identifier = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=10)

    class Meta:
        ordering = ["id"]


class Repeats(models.TextChoices):
    ONCE = "once", "Once"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


class Maintenance(Configuration):
    """A window in which nothing new starts (Alumio's maintenance windows): what is due waits.

    It begins at `start` (HH:MM, in `time_zone`) on `date`, on the `weekdays` ("mon"…) or on the
    `day` of each month (the last day of shorter ones), and lasts for so many `minutes`. `jobs` are
    identifiers of scheduled jobs; empty means everything.
    """

    kind = "maintenance"
    content_fields = (
        "repeats",
        "date",
        "weekdays",
        "day",
        "start",
        "minutes",
        "time_zone",
        "jobs",
    )

    repeats = models.CharField(max_length=7, choices=Repeats, default=Repeats.ONCE)
    date = models.CharField(max_length=10, blank=True)
    weekdays = models.JSONField(default=list, blank=True)
    day = models.PositiveSmallIntegerField(null=True, blank=True)
    start = models.CharField(max_length=5)
    minutes = models.PositiveIntegerField()
    time_zone = models.CharField(max_length=64, default="UTC")
    jobs = models.JSONField(default=list, blank=True)

    class Meta(Configuration.Meta):
        verbose_name = "maintenance window"


class ProcessMessage(models.Model):
    """One log line of a process: what is not about one task."""

    id = models.BigAutoField(primary_key=True)
    process = models.ForeignKey(Process, models.CASCADE, related_name="messages")
    level = models.PositiveSmallIntegerField(default=200)
    created_at = models.DateTimeField()
    text = models.TextField()
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]


class Outcome(models.TextChoices):
    QUEUED = "queued", "Queued"
    LATE = "late", "Queued late"
    DUPLICATE = "duplicate", "Already queued"
    MISSED = "missed", "Missed while down"
    DISABLED = "disabled", "Configuration disabled"


class Occurrence(models.Model):
    """One moment at which a job was due, and what came of it: once per (job, instant)."""

    job = models.ForeignKey(ScheduledJob, models.CASCADE, related_name="occurrences")
    instant = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    process = models.ForeignKey(Process, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-instant"]
        constraints = [
            models.UniqueConstraint(fields=["job", "instant"], name="once_per_job_and_instant")
        ]
