"""The ground's own tables: people, API keys, and the revisions of all configurations."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from alumio.secrets import EncryptedJSONField


class Role(models.TextChoices):
    """Three roles, as Alumio's: each may do what the one before it may."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMINISTRATOR = "administrator", "Administrator"

    def includes(self, other: str) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(Role(other))


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, role=Role.VIEWER, **fields):
        user = self.model(email=self.normalize_email(email).lower(), role=role, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, Role.ADMINISTRATOR, is_superuser=True, **fields)

    def get_by_natural_key(self, username):
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        ordering = ["email"]

    def __str__(self):
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    def may(self, role: str) -> bool:
        """Whether this person's role includes `role`."""
        return self.is_active and Role(self.role).includes(role)


class ApiKey(models.Model):
    """A key of the REST API: shown once, kept as a hash, with a role of its own."""

    name = models.CharField(max_length=255)
    role = models.CharField(max_length=16, choices=Role, default=Role.VIEWER)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(cls, name: str, role: str, created_by=None) -> tuple["ApiKey", str]:
        """Make a key. Returns the row and the key's text, which cannot be had again."""
        text = "ak_" + secrets.token_urlsafe(32)
        key = cls.objects.create(
            name=name, role=role, prefix=text[:8], digest=cls.hash(text), created_by=created_by
        )
        return key, text

    @staticmethod
    def hash(text: str) -> str:
        """SHA-256 serves: the text has 256 random bits, so there is nothing to guess."""
        return hashlib.sha256(text.encode()).hexdigest()


class Revision(models.Model):
    """One saved state of a configuration."""

    kind = models.CharField(max_length=32)
    object_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    content = EncryptedJSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "number"], name="revision_once_per_number"
            )
        ]


class Via(models.TextChoices):
    PAGE = "page", "Page"
    API = "api", "API"
    COMMAND = "command", "Command line"


class Immutable(TypeError):
    """Entries of the audit trail stay as they were written."""


class AuditQuerySet(models.QuerySet):
    """Entries can be added and read. Only age removes them."""

    def update(self, **values):
        raise Immutable("Entries of the audit trail are never changed.")

    def delete(self):
        raise Immutable("Entries of the audit trail go by age only: use remove_before.")

    def remove_before(self, moment: datetime, most: int) -> int:
        """For retention: remove at most `most` entries older than a moment. Returns how many."""
        oldest = list(self.filter(at__lt=moment).order_by("at").values_list("pk", flat=True)[:most])
        return self.filter(pk__in=oldest)._raw_delete(self.db) or 0


class AuditEntry(models.Model):
    """What a person, or the bearer of an API key, did: who, what, to which rows, when, from where.

    `who` is kept as text, so that it outlives the account. What it was done to, where that is one
    thing: `subject` names it in words, `kind`, `identifier` and `revision` find it. Where it was
    many, `criteria` is the filter.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    via = models.CharField(max_length=8, choices=Via)
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=32)
    subject = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=32, blank=True, default="")
    identifier = models.CharField(max_length=255, blank=True, default="")
    revision = models.PositiveIntegerField(null=True)
    criteria = models.JSONField(null=True)
    changed = models.PositiveIntegerField(null=True)
    not_allowed = models.PositiveIntegerField(null=True)
    process = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["action", "id"], name="audit_action"),
            models.Index(fields=["user", "id"], name="audit_user"),
            models.Index(fields=["kind", "identifier", "id"], name="audit_subject"),
        ]

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Immutable("Entries of the audit trail are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Immutable("Entries of the audit trail go by age only.")
