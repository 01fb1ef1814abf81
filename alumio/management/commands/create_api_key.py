"""`manage.py create_api_key NAME --role ROLE`: a key for the REST API, shown once."""

import json as jsonlib

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from alumio.audit import Actor
from alumio.models import ApiKey, Role
from alumio.people import note_key


class Command(BaseCommand):
    help = "Make a key for the REST API. It is shown once; only its hash is kept."

    def add_arguments(self, parser):
        parser.add_argument("name", help="what the key is for, such as “warehouse”")
        parser.add_argument("--role", choices=Role.values, default=Role.VIEWER.value)
        parser.add_argument("--for", dest="person", metavar="EMAIL", help="whose key it is")
        parser.add_argument("--json", action="store_true", help="print name, role and key as JSON")

    def handle(self, name, role, person, json, **options):
        if not name.strip() or len(name) > 255:
            raise CommandError("A name has 1 to 255 characters.")
        with transaction.atomic():
            key, text = ApiKey.issue(name.strip(), role, owner(person))
            note_key(Actor.of_command(), "create-key", key)
        if json:
            text = jsonlib.dumps({"name": key.name, "role": key.role, "key": text})
        self.stdout.write(text)


def owner(email: str | None):
    if not email:
        return None
    found = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise CommandError(f"Nobody who may sign in has the address {email}.")
    return found
