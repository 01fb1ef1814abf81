"""Webhooks, what was delivered to them, and what came of it."""

import hashlib
import secrets

from django.db import models, transaction
from django.db.models import ProtectedError, Q
from django.db.models.functions import Now

from alumio.configuration import Configuration
from alumio.secrets import EncryptedJSONField
from alumio.states import StateMachine, StateQuerySet, Verb

TOKEN_BYTES = 24
"""Of chance in the address of a webhook that is called by its token: 192 bits."""
MOST_COUNTED = 1_000_000


class Answering(models.TextChoices):
    ACCEPT = "accept", "At once: 202, read afterwards"
    PROCESS = "process", "After processing: 200 with what came of it"


class Webhook(Configuration):
    """What other systems call (Alumio §5). Each call is stored first; what it carries is read by
    each of the `incomings` (identifiers) afterwards.

    All `validators` must let a call in; without one, nobody may call. With `by_token` the address
    holds an unguessable token instead of the identifier. Two calls with the same key (from the
    header `key_header` or the place `key_path` in a JSON body) within `key_hours` are one.
    """

    kind = "webhook"
    content_fields = (
        "incomings",
        "validators",
        "handshake",
        "by_token",
        "answer",
        "wait_seconds",
        "methods",
        "content_types",
        "max_bytes",
        "calls_per_second",
        "max_waiting",
        "key_header",
        "key_path",
        "key_hours",
        "logging",
    )

    incomings = models.JSONField(default=list)
    validators = EncryptedJSONField(default=list)
    handshake = EncryptedJSONField(null=True, blank=True)
    by_token = models.BooleanField("only by token", default=False)
    token = EncryptedJSONField(null=True, editable=False)
    token_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    answer = models.CharField(max_length=7, choices=Answering, default=Answering.ACCEPT)
    wait_seconds = models.PositiveSmallIntegerField(default=10)
    methods = models.JSONField(default=list)
    content_types = models.JSONField(default=list, blank=True)
    max_bytes = models.PositiveIntegerField(default=10_000_000)
    calls_per_second = models.PositiveIntegerField(null=True, blank=True)
    max_waiting = models.PositiveIntegerField(null=True, blank=True)
    key_header = models.CharField(max_length=255, blank=True)
    key_path = models.CharField(max_length=255, blank=True)
    key_hours = models.PositiveSmallIntegerField(default=72)
    logging = models.BooleanField(default=True)

    def store(self, user=None):
        if self.by_token and not self.token:
            self.renew_token()
        return super().store(user)

    def renew_token(self) -> None:
        """Give it another address; the one before is unknown from the next save on."""
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.token_digest = digest_of(self.token)

    def unfinished(self) -> list[str]:
        unread = self.deliveries.unread()[:MOST_COUNTED].count()
        if not unread:
            return []
        calls = "1 call" if unread == 1 else f"{unread:,} calls"
        return [f"{calls} that wait{'s' if unread == 1 else ''} to be read"]

    def delete(self, *args, **kwargs):
        """With its deliveries. Raises ProtectedError where some are unread: no call comes in
        between, since the row is locked."""
        with transaction.atomic():
            Webhook.objects.select_for_update().filter(pk=self.pk).first()
            if unread := self.deliveries.unread()[:1]:
                raise ProtectedError("Some calls are still to be read.", set(unread))
            self.deliveries.drop()
            return super().delete(*args, **kwargs)

    @property
    def address(self) -> str:
        """The last part of its URL."""
        return self.token if self.by_token else self.identifier


def digest_of(token: str) -> str:
    """What a token is looked up by, so that the time of the look-up says nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Progress(models.TextChoices):
    RECEIVED = "received", "Received"
    PROCESSED = "processed", "Processed"
    FAILED = "failed", "Unreadable"


ENDED = {"ended_at": Now()}


class DeliveryQuerySet(StateQuerySet):
    def unread(self) -> "DeliveryQuerySet":
        return self.filter(status=Progress.RECEIVED)

    def drop(self) -> None:
        """Delete them with their readings, straight away: there may be millions, and Django's own
        way would read each body first. Replays of them must be gone, or name nothing any more."""
        Reading.objects.filter(delivery__in=self.order_by().values("pk"))._raw_delete(self.db)
        self.order_by()._raw_delete(self.db)


class Delivery(models.Model):
    """One call that was accepted: what arrived, as it arrived.

    `headers` has names in small letters, secrets replaced. `key` is the caller's name for it, once
    per webhook. `replay_of` is the delivery that a person had read anew.
    """

    machine = StateMachine(
        Verb("process", ("received",), "processed", "process", reset=ENDED),
        Verb("refuse", ("received",), "failed", "process", reset=ENDED),
    )

    id = models.BigAutoField(primary_key=True)
    identifier = models.CharField(max_length=26, unique=True)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    status = models.CharField(max_length=9, choices=Progress, default=Progress.RECEIVED)
    received_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    method = models.CharField(max_length=8)
    query = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    sender = models.CharField(max_length=45, blank=True)
    size = models.PositiveIntegerField()
    body = models.BinaryField()
    key = models.CharField(max_length=255, null=True)
    replay_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="replays", db_index=False
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "key"],
                condition=Q(key__isnull=False),
                name="one_delivery_per_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "id"], condition=Q(status="received"), name="delivery_unread"
            ),
            models.Index(
                fields=["webhook", "id"], condition=Q(status="failed"), name="delivery_failed"
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(fields=["received_at", "id"], name="delivery_received"),
            models.Index(
                fields=["replay_of"], condition=Q(replay_of__isnull=False), name="delivery_replays"
            ),
        ]

    def __str__(self):
        return self.identifier


class ReadingQuerySet(models.QuerySet):
    def ended(self) -> "ReadingQuerySet":
        return self.filter(ended_at__isnull=False)


class Reading(models.Model):
    """What one incoming (its identifier) made of a delivery: written with the tasks, once.

    `counts` are tasks by status, and records filtered; `error` says why it could not be read. Of
    many records some are committed at a time: until `ended_at` is set the incoming goes on behind
    the record `done`, whose tasks go up to `ordinals` (by the route's key), provided that the
    records still have this `digest`.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="readings", db_index=False)
    incoming = models.CharField(max_length=255)
    process = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    # With defaults in the database: workers of the version before write while it is migrated.
    done = models.PositiveIntegerField(default=0, db_default=0)
    ordinals = models.JSONField(default=dict, db_default={})
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "incoming"], name="one_reading_per_incoming"
            )
        ]


class Pause(models.Model):
    """An incoming (its identifier) that cannot be run, and is not tried before `until` unless a
    configuration is saved: `revision` is the newest one that was, `process` what tried it last."""

    id = models.BigAutoField(primary_key=True)
    incoming = models.CharField(max_length=255, unique=True)
    error = models.TextField()
    tries = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()
    revision = models.BigIntegerField(default=0)
    process = models.BigIntegerField(null=True)


class RefusedCall(models.Model):
    """A call that was not let in, for a day and without its secrets: not every one of a flood.

    `called` is the last part of the address, unless that is a token; `answered` the HTTP status.
    """

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(
        Webhook, models.CASCADE, null=True, related_name="refused_calls", db_index=False
    )
    at = models.DateTimeField()
    called = models.CharField(max_length=255, blank=True)
    answered = models.PositiveSmallIntegerField()
    reason = models.TextField()
    method = models.CharField(max_length=16)
    query = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    sender = models.CharField(max_length=45, blank=True)
    size = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="refused_of_webhook"),
            models.Index(fields=["at"], name="refused_at"),
        ]


class RefusedCount(models.Model):
    """How many calls were refused in an hour, by webhook (0: there is no such one) and by what was
    answered."""

    id = models.BigAutoField(primary_key=True)
    webhook_id = models.BigIntegerField(default=0)
    hour = models.DateTimeField()
    answered = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["webhook_id", "hour", "answered"], name="one_refused_count_per_hour"
            )
        ]
