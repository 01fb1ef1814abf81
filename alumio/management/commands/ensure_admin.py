"""`manage.py ensure_admin`: the first administrator, where there is none."""

import os
import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from alumio.audit import Actor
from alumio.models import Role
from alumio.people import note_user

DEFAULT_EMAIL = "admin@example.com"


class Command(BaseCommand):
    help = (
        "Makes an administrator where there is none, from ALUMIO_ADMIN_EMAIL and "
        "ALUMIO_ADMIN_PASSWORD; without the latter a random password is printed, once."
    )
    requires_system_checks = ()

    def handle(self, **options):
        users = get_user_model().objects
        if users.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
            return
        email = os.environ.get("ALUMIO_ADMIN_EMAIL") or DEFAULT_EMAIL
        given = os.environ.get("ALUMIO_ADMIN_PASSWORD")
        refuse_bad(email, given)
        password = given or secrets.token_urlsafe(12)
        with transaction.atomic():
            made = users.create_superuser(email, password)
            note_user(Actor.of_command(), "create-user", made, f"Role {made.role}.")
        self.stdout.write(f"Administrator: {email}")
        if not given:
            self.stdout.write(f"Password (shown this once): {password}")


def refuse_bad(email: str, password: str | None):
    """Raises CommandError naming the variable that holds something unusable."""
    name = "ALUMIO_ADMIN_EMAIL"
    try:
        validate_email(email)
        name = "ALUMIO_ADMIN_PASSWORD"
        if password:
            validate_password(password)
    except ValidationError as error:
        raise CommandError(f"{name}: {' '.join(error.messages)}") from None
