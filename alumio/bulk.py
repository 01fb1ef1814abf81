"""Rows in bulk: one COPY on PostgreSQL, one `executemany` elsewhere, never a round trip a row."""

import functools
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, models
from django.db.models.lookups import Lookup

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


@models.BigAutoField.register_lookup
class Among(Lookup):
    """`id__among=[…]`: one parameter, however many numbers. With `__in`, thousands of parameters
    take longer to write and to read than the rows."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        numbers = json.dumps(list(self.rhs))
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, numbers]  # noqa: S608

    def as_postgresql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*parameters, array(self.rhs)]


def array(numbers: Iterable[int]) -> str:
    """PostgreSQL's text of an array; a list would be adapted and parsed number by number."""
    return "{" + ",".join(map(str, numbers)) + "}"


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert rows of database-ready values (text, numbers, aware datetimes, None).

    `columns` are column names. Text must not hold NUL characters: PostgreSQL cannot store them.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    if connection.vendor == "postgresql":
        _copy(table, names, rows)
        return
    marks = ", ".join(["%s"] * len(columns))
    # A chunk has one or two moments in thousands of places.
    adapt = functools.cache(connection.ops.adapt_datetimefield_value)
    plain = [[adapt(v) if type(v) is datetime else v for v in row] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", plain)  # noqa: S608


def _copy(table: str, names: str, rows: Iterable[Sequence]) -> None:
    buffer, moment = io.StringIO(), functools.cache(datetime.isoformat)
    for row in rows:
        values = [moment(v) if type(v) is datetime else _copy_text(v) for v in row]
        buffer.write("\t".join(values) + "\n")
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", buffer)


def _copy_text(value) -> str:
    if value is None:
        return "\\N"
    if type(value) is int:
        return str(value)
    text = str(value)
    for character, escape in _ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    return text


def reserve_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Primary keys for `count` rows about to be inserted. Call it inside a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds SQLite's only write lock, so nobody else reserves the same ones.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        return range(last + 1, last + 1 + count)
