"""Telling a database that is away from one that refuses."""

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from alumio import database


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    error.__cause__ = cause
    return error


AWAY = raised(DatabaseError("server closed the connection"), psycopg2.DatabaseError("closed"))
REFUSED = raised(IntegrityError("duplicate key"), psycopg2.IntegrityError("duplicate key"))


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (OperationalError("the database system is starting up"), True),
        (AWAY, True),
        (raised(ValueError("The page was not stored."), AWAY), True),
        (REFUSED, False),
        (DatabaseError("Save with update_fields did not affect any rows."), False),
        (None, False),
    ],
)
def test_a_connection_that_ends_is_told_from_what_the_database_refuses(error, away):
    assert database.is_away(error) is away


@pytest.mark.django_db(transaction=True)
def test_work_that_a_connection_left_is_done_again_and_what_is_refused_is_not():
    errors = [AWAY, REFUSED]

    def work():
        raise errors.pop(0)

    with pytest.raises(IntegrityError):
        database.persistently(work)
    assert errors == []
