"""Columns whose values are encrypted at rest with the keys in settings.ALUMIO_FERNET_KEYS.

The newest key encrypts, every key decrypts; a value that no key fits raises `UnreadableSecret`
rather than passing off its ciphertext as the secret. To change keys: put the new one in front, run
`manage.py reencrypt_secrets`, take the old one away. Saved values are not searchable by design.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from alumio import jsontext


class UnreadableSecret(Exception):
    """A stored secret was encrypted with a key that this platform does not have."""


def cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ALUMIO_FERNET_KEYS])


def encrypt(text: str) -> str:
    """The text, encrypted with the newest key, as ASCII; an empty text stays empty."""
    return cipher().encrypt(text.encode()).decode("ascii") if text else text


def decrypt(token: str) -> str:
    """What `encrypt` was given. Raises UnreadableSecret if no key fits."""
    if not token:
        return token
    try:
        return cipher().decrypt(token).decode()
    except InvalidToken as error:
        raise UnreadableSecret(
            "A stored secret cannot be read with the present keys. Put the key it was encrypted "
            "with back into ALUMIO_FERNET_KEYS (older keys come last, separated by commas)."
        ) from error


class EncryptedJSONField(models.TextField):
    """Any JSON value, encrypted at rest. Python's None is stored as NULL. Nothing but "is it null"
    can be asked of the database."""

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched by {lookup_name!r}.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name):
        raise FieldError(f"{self.name} is encrypted and has no {lookup_name!r}.")

    def get_prep_value(self, value):
        return None if value is None else encrypt(jsontext.dumps(value))

    def from_db_value(self, value, expression, connection):
        return None if value is None else jsontext.loads(decrypt(value) or "null")

    def value_to_string(self, obj):
        return jsontext.dumps(self.value_from_object(obj))

    def to_python(self, value):
        return value
