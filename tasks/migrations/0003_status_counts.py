"""Counters of tasks by route and status, kept by PostgreSQL itself.

Whatever writes tasks (COPY, a bulk update, a person's retry), the counters change in the same
transaction: each statement appends its difference, so that nobody waits for a counter. SQLite has
triggers for rows only, which would cost a fifth of an import; it counts by an index instead.
"""

from django.db import migrations, models

TRIGGERS = """
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

NO_TRIGGERS = """
DROP TRIGGER tally_inserted ON tasks_task;
DROP TRIGGER tally_deleted ON tasks_task;
DROP TRIGGER tally_updated ON tasks_task;
DROP FUNCTION tasks_tally_inserted();
DROP FUNCTION tasks_tally_deleted();
DROP FUNCTION tasks_tally_updated();
"""

COUNT = """
INSERT INTO tasks_statuscount (route_id, status, number)
SELECT route_id, status, count(*) FROM tasks_task GROUP BY route_id, status
"""


def keep_count(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(COUNT)
        editor.execute(TRIGGERS, params=None)


def forget(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(NO_TRIGGERS, params=None)


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
