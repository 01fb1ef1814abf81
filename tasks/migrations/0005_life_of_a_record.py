"""What the life of a task is told by: causes, versions of data, and lines that name a change.

PostgreSQL's counters learn how many bytes the tasks have.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SEARCH = """
UPDATE tasks_payload SET search = (
    SELECT identifier || ' ' || upper(entity_identifier)
    FROM tasks_task WHERE tasks_task.id = tasks_payload.task_id
) WHERE EXISTS (SELECT 1 FROM tasks_task WHERE tasks_task.id = tasks_payload.task_id)
"""

COUNTING = """
CREATE OR REPLACE FUNCTION tasks_tally_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_statuscount (route_id, status, number, bytes)
    SELECT route_id, status, count(*), sum(size) FROM new_rows GROUP BY route_id, status;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION tasks_tally_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_statuscount (route_id, status, number, bytes)
    SELECT route_id, status, -count(*), -sum(size) FROM old_rows GROUP BY route_id, status;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION tasks_tally_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tasks_statuscount (route_id, status, number, bytes)
    SELECT route_id, status, sum(change), sum(change * size::bigint) FROM (
        SELECT route_id, status, size, 1 AS change FROM new_rows
        UNION ALL
        SELECT route_id, status, size, -1 FROM old_rows
    ) AS changes GROUP BY route_id, status
    HAVING sum(change) <> 0 OR sum(change * size::bigint) <> 0;
    RETURN NULL;
END $$;
DELETE FROM tasks_statuscount;
INSERT INTO tasks_statuscount (route_id, status, number, bytes)
SELECT route_id, status, count(*), sum(size) FROM tasks_task GROUP BY route_id, status;
"""

RULES = [
    {"status": "finished", "days": 30, "number": None},
    {"status": "skipped", "days": 30, "number": None},
    {"status": "failed", "days": 90, "number": None},
    {"status": "rejected", "days": 90, "number": None},
]


def fill(apps, editor):
    editor.execute(SEARCH)
    if editor.connection.vendor == "postgresql":
        editor.execute(COUNTING, params=None)
    apps.get_model("tasks", "RetentionPolicy").objects.create(rules=RULES)


def count_without_bytes(apps, editor):
    """The counting of before; what counts bytes would fail without their column."""
    if editor.connection.vendor == "postgresql":
        before = import_module("tasks.migrations.0003_status_counts").TRIGGERS
        functions = before.partition("CREATE TRIGGER")[0]
        editor.execute(functions.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"), None)


class Migration(migrations.Migration):
    dependencies = [
        ("routes", "0002_unchanged_entities"),
        ("tasks", "0004_payloads_unchecked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cause",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("text", models.TextField()),
                ("step", models.CharField(blank=True, max_length=255)),
                ("target", models.CharField(blank=True, max_length=255)),
                ("first_seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PayloadVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("data", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(blank=True, max_length=255)),
                ("reason", models.CharField(blank=True, max_length=255)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="RetentionPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rules", models.JSONField(default=list)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "retention policies",
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("query", models.TextField(blank=True)),
                ("shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="began_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="verb",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="payload",
            name="search",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="statuscount",
            name="bytes",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="task",
            name="cause",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="tasks",
                to="tasks.cause",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("cause__isnull", False)),
                fields=["cause", "id"],
                include=["status", "route", "updated_at"],
                name="task_cause",
            ),
        ),
        migrations.AddField(
            model_name="payloadversion",
            name="task",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="tasks.task",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="task_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="payloadversion",
            constraint=models.UniqueConstraint(
                fields=("task", "number"), name="version_once_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("user", "name"), name="view_once_per_name"),
        ),
        migrations.RunPython(fill, count_without_bytes, elidable=False),
    ]
