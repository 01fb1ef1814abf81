from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models
from django.db.models import CharField, Value
from django.test.utils import isolate_apps

from alumio import secrets
from alumio.models import Revision
from alumio.secrets import EncryptedJSONField, UnreadableSecret, encrypt


def stored_and_read(field, value):
    """What comes back from the database for a value, and what lies there meanwhile."""
    stored = field.get_prep_value(value)
    return field.from_db_value(stored, None, connection), stored


@pytest.mark.parametrize("value", ["", "hush", "naïve ✓ \x00 'quotes'", "x" * 10_000])
def test_a_text_comes_back_as_it_went_in(value):
    back, _ = stored_and_read(EncryptedJSONField(), value)

    assert back == value


@pytest.mark.parametrize(
    "value", [{}, [], "", 0, False, {"password": "hush", "n": [1, None, "é"]}, "text", 2**80]
)
def test_a_json_value_comes_back_as_it_went_in(value):
    back, _ = stored_and_read(EncryptedJSONField(), value)

    assert back == value
    assert type(back) is type(value)


def test_nothing_stays_null():
    assert stored_and_read(EncryptedJSONField(), None) == (None, None)


def test_what_is_stored_does_not_show_the_secret():
    _, stored = stored_and_read(EncryptedJSONField(), {"password": "hush-hush"})

    assert "hush" not in stored
    assert "password" not in stored


def test_a_wrong_key_raises_instead_of_giving_the_ciphertext(settings):
    stored = encrypt("hush")
    settings.ALUMIO_FERNET_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(UnreadableSecret, match="ALUMIO_FERNET_KEYS"):
        secrets.decrypt(stored)


def test_plain_text_in_the_column_raises_too():
    with pytest.raises(UnreadableSecret):
        secrets.decrypt("not encrypted")


def test_a_new_key_in_front_still_reads_what_the_old_one_wrote(settings):
    stored, old = encrypt("hush"), settings.ALUMIO_FERNET_KEYS
    settings.ALUMIO_FERNET_KEYS = [Fernet.generate_key().decode(), *old]

    assert secrets.decrypt(stored) == "hush"


def test_a_secret_written_after_rotation_no_longer_needs_the_old_key(settings):
    new = Fernet.generate_key().decode()
    settings.ALUMIO_FERNET_KEYS = [new, *settings.ALUMIO_FERNET_KEYS]
    stored = encrypt("hush")

    settings.ALUMIO_FERNET_KEYS = [new]

    assert secrets.decrypt(stored) == "hush"


def test_the_same_secret_is_never_stored_the_same_way_twice():
    assert encrypt("hush") != encrypt("hush")


@isolate_apps("alumio")
def test_an_encrypted_column_cannot_be_searched():
    class Safe(models.Model):
        secret = EncryptedJSONField()

        class Meta:
            app_label = "alumio"

    with pytest.raises(FieldError, match="encrypted"):
        Safe.objects.filter(secret="hush")
    with pytest.raises(FieldError, match="encrypted"):
        Safe.objects.filter(secret__contains="hush")
    assert Safe.objects.filter(secret__isnull=True).query


@pytest.mark.django_db
@pytest.mark.database
def test_the_database_gives_back_what_it_was_given():
    field = EncryptedJSONField()
    expression = Value(encrypt('"hush ✓"'), output_field=CharField())
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [expression.value])

        assert field.from_db_value(cursor.fetchone()[0], None, connection) == "hush ✓"


@pytest.mark.django_db
def test_all_secrets_are_written_again_with_the_newest_key(settings):
    old, new = settings.ALUMIO_FERNET_KEYS, Fernet.generate_key().decode()
    row = Revision.objects.create(kind="route", object_id=1, number=1, content={"token": "hush"})

    settings.ALUMIO_FERNET_KEYS = [new, *old]
    call_command("reencrypt_secrets", stdout=StringIO())
    settings.ALUMIO_FERNET_KEYS = [new]

    row.refresh_from_db()
    assert row.content == {"token": "hush"}
