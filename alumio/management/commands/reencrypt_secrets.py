"""`manage.py reencrypt_secrets`: writes every stored secret again with the newest key."""

from django.apps import apps
from django.core.management.base import BaseCommand
from tqdm import tqdm

from alumio import audit
from alumio.audit import Actor
from alumio.secrets import EncryptedJSONField


class Command(BaseCommand):
    help = (
        "Encrypts all stored secrets with the first key of ALUMIO_FERNET_KEYS; after that the "
        "older keys can be taken away."
    )

    def handle(self, **options):
        count = sum(reencrypt(model, fields) for model, fields in encrypted_columns())
        audit.record(Actor.of_command(), "reencrypt", changed=count)
        self.stdout.write(f"{count} rows encrypted with the newest key.")


def encrypted_columns():
    """Every model with the names of its encrypted fields."""
    for model in apps.get_models():
        fields = [f.name for f in model._meta.concrete_fields if isinstance(f, EncryptedJSONField)]
        if fields:
            yield model, fields


def reencrypt(model, fields: list[str]) -> int:
    """Saves the fields of each row as they are, which encrypts them anew."""
    rows = model._base_manager.only("pk", *fields)
    count = 0
    for row in tqdm(rows.iterator(500), model.__name__, rows.count(), disable=None, unit=" rows"):
        model._base_manager.filter(pk=row.pk).update(
            **{name: getattr(row, name) for name in fields}
        )
        count += 1
    return count
