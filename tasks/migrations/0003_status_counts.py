"""Counters of tasks by route and status, kept by the database itself.

Whatever writes tasks (COPY, a bulk update, a person's retry), the counters change in the same
transaction. PostgreSQL appends the difference of each statement, so that nobody waits for a
counter; SQLite, with its single writer, keeps one row per route and status.
"""

from django.db import migrations, models

POSTGRESQL = """
CREATE FUNCTION tasks_tally_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_statuscount (route_id, status, number)
    SELECT route_id, status, count(*) FROM new_rows GROUP BY route_id, status;
    RETURN NULL;
END $$;
CREATE FUNCTION tasks_tally_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_statuscount (route_id, status, number)
    SELECT route_id, status, -count(*) FROM old_rows GROUP BY route_id, status;
    RETURN NULL;
END $$;
CREATE FUNCTION tasks_tally_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_statuscount (route_id, status, number)
    SELECT route_id, status, sum(change) FROM (
        SELECT route_id, status, 1 AS change FROM new_rows
        UNION ALL
        SELECT route_id, status, -1 FROM old_rows
    ) AS changes GROUP BY route_id, status HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER tally_inserted AFTER INSERT ON tasks_task
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_tally_inserted();
CREATE TRIGGER tally_deleted AFTER DELETE ON tasks_task
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_tally_deleted();
CREATE TRIGGER tally_updated AFTER UPDATE ON tasks_task
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_tally_updated();
"""

POSTGRESQL_UNDO = """
DROP TRIGGER tally_inserted ON tasks_task;
DROP TRIGGER tally_deleted ON tasks_task;
DROP TRIGGER tally_updated ON tasks_task;
DROP FUNCTION tasks_tally_inserted();
DROP FUNCTION tasks_tally_deleted();
DROP FUNCTION tasks_tally_updated();
"""

UP = """
    INSERT INTO tasks_statuscount (route_id, status, number) VALUES (new.route_id, new.status, 1)
    ON CONFLICT (route_id, status) DO UPDATE SET number = number + 1;
"""
DOWN = """
    UPDATE tasks_statuscount SET number = number - 1
    WHERE route_id = old.route_id AND status = old.status;
"""

SQLITE = [
    "CREATE UNIQUE INDEX tasks_statuscount_once ON tasks_statuscount (route_id, status)",
    f"CREATE TRIGGER tally_inserted AFTER INSERT ON tasks_task BEGIN {UP} END",
    f"CREATE TRIGGER tally_deleted AFTER DELETE ON tasks_task BEGIN {DOWN} END",
    "CREATE TRIGGER tally_updated AFTER UPDATE OF status, route_id ON tasks_task "
    "WHEN old.status <> new.status OR old.route_id <> new.route_id "
    f"BEGIN {UP} {DOWN} END",
]

SQLITE_UNDO = [
    "DROP TRIGGER tally_inserted",
    "DROP TRIGGER tally_deleted",
    "DROP TRIGGER tally_updated",
    "DROP INDEX tasks_statuscount_once",
]

COUNT = """
INSERT INTO tasks_statuscount (route_id, status, number)
SELECT route_id, status, count(*) FROM tasks_task GROUP BY route_id, status
"""


def keep_count(apps, editor):
    editor.execute(COUNT)
    statements = SQLITE if editor.connection.vendor == "sqlite" else [POSTGRESQL]
    for statement in statements:
        editor.execute(statement, params=None)


def forget(apps, editor):
    statements = SQLITE_UNDO if editor.connection.vendor == "sqlite" else [POSTGRESQL_UNDO]
    for statement in statements:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_unchanged_entities")]

    operations = [
        migrations.CreateModel(
            name="StatusCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("route_id", models.BigIntegerField()),
                ("status", models.CharField(max_length=10)),
                ("number", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(keep_count, forget),
    ]
