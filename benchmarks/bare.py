"""The bare scripts: the same work, written by hand, with nothing that a platform adds.

Import: fetch pages with one httpx client, read JSON, map five fields, insert 500 at a time into one
table. Export: claim 500, POST each with one httpx client, settle each group of 500.
"""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import orjson
import psycopg2
from psycopg2.extras import execute_values

from benchmarks.records import mapped

BATCH = 500
INDEXES = (
    "bare_external ON bare (external)",
    "bare_status ON bare (status, id)",
    "bare_created ON bare (created_at, id)",
    "bare_due ON bare (id) WHERE status = 0",
)
"""Without these nobody could find a record again; the platform has nine on its tasks alone."""


class Table:
    """One table of records with a status, on SQLite or PostgreSQL."""

    def __init__(self):
        url = os.environ.get("DATABASE_URL", "")
        self.postgresql = bool(url)
        if self.postgresql:
            self.connection = psycopg2.connect(url)
        else:
            path = os.path.join(os.environ["ALUMIO_DATA"], "bare.sqlite3")
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")

    @contextmanager
    def transaction(self):
        cursor = self.connection.cursor()
        if not self.postgresql:
            cursor.execute("BEGIN IMMEDIATE")
        yield cursor
        self.connection.commit()

    def create(self) -> None:
        number = "bigserial" if self.postgresql else "integer"
        with self.transaction() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bare")
            cursor.execute(
                f"CREATE TABLE bare (id {number} PRIMARY KEY, external text NOT NULL, "
                "status smallint NOT NULL, created_at timestamp NOT NULL DEFAULT "
                "CURRENT_TIMESTAMP, data text NOT NULL)"
            )
            for index in INDEXES:
                cursor.execute(f"CREATE INDEX {index}")

    def make_due(self, limit: int) -> None:
        """Make the first `limit` records due again; 0 is all."""
        where = f"WHERE id <= {limit}" if limit else ""
        with self.transaction() as cursor:
            cursor.execute(f"UPDATE bare SET status = 0 {where}")

    def insert(self, rows: list[tuple]) -> None:
        with self.transaction() as cursor:
            if self.postgresql:
                sql = "INSERT INTO bare (external, status, data) VALUES %s"
                execute_values(cursor, sql, rows, page_size=BATCH)
            else:
                sql = "INSERT INTO bare (external, status, data) VALUES (?, ?, ?)"
                cursor.executemany(sql, rows)

    def claim(self) -> list[tuple]:
        locked = "FOR UPDATE SKIP LOCKED" if self.postgresql else ""
        with self.transaction() as cursor:
            cursor.execute(
                "UPDATE bare SET status = 1 WHERE id IN (SELECT id FROM bare WHERE status = 0 "
                f"ORDER BY id LIMIT {BATCH} {locked}) RETURNING id, data"
            )
            return cursor.fetchall()

    def settle(self, ids: list[int]) -> None:
        with self.transaction() as cursor:
            if self.postgresql:
                cursor.execute("UPDATE bare SET status = 2 WHERE id = ANY(%s)", (ids,))
            else:
                marks = ",".join("?" * len(ids))
                cursor.execute(f"UPDATE bare SET status = 2 WHERE id IN ({marks})", ids)


def import_records(client: httpx.Client, source: str) -> int:
    """Fetch all pages into the table. Returns the number of records."""
    table, count = Table(), 0
    while source:
        page = orjson.loads(client.get(source).content)
        rows = []
        for order in page["orders"]:
            data = mapped(order)
            rows.append((data["externalId"], 0, orjson.dumps(data).decode()))
        table.insert(rows)
        count += len(rows)
        source = page["next"]
    return count


def export_records(client: httpx.Client, target: str, in_flight: int) -> int:
    """POST every due record of the table to the target. Returns the number of records."""
    table, count = Table(), 0

    def send(row: tuple) -> int:
        number, data = row
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(number)}
        client.post(target, content=data, headers=headers).raise_for_status()
        return number

    with ThreadPoolExecutor(in_flight) as pool:
        do = map if in_flight == 1 else pool.map
        while rows := table.claim():
            table.settle(list(do(send, rows)))
            count += len(rows)
    return count
