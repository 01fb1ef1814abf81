"""Indexes by which lists of millions of tasks are filtered, built beside running work.

Parts of entities' identifiers are found by trigrams, where PostgreSQL may have its extension pg_trgm;
else everything works, but a search for a rare part looks through all tasks. The index that Django
makes beside each unique text serves searches that nobody makes here, yet costs with every change.
"""

import warnings

from django.db import DatabaseError, migrations, models, transaction
from django.db.models import functions

ENTITY = "substr(search, strpos(search, ' ') + 1)"
PATTERN_INDEX = """
SELECT indexrelid::regclass::text FROM pg_index
JOIN pg_opclass ON pg_opclass.oid = indclass[0]
WHERE indrelid = 'tasks_task'::regclass AND opcname = 'varchar_pattern_ops'
"""
NO_TRIGRAMS = (
    "This database does not let us have the extension pg_trgm, so searching for a part of an entity's "
    "identifier looks through all tasks. docs/deployment.md says how to add it."
)


class AddIndexBeside(migrations.AddIndex):
    """Adds an index without locking the table; one that was left half built is built again."""

    def database_forwards(self, app_label, editor, from_state, to_state):
        if editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}")
        editor.add_index(model, self.index, concurrently=True)


def add_trigrams(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic():
            editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        warnings.warn(NO_TRIGRAMS, stacklevel=1)
        return
    editor.execute("DROP INDEX CONCURRENTLY IF EXISTS task_search")
    editor.execute(
        f"CREATE INDEX CONCURRENTLY task_search ON tasks_payload USING gin (({ENTITY}) gin_trgm_ops)"
    )
    editor.execute("ALTER INDEX task_search ALTER COLUMN 1 SET STATISTICS 1000")
    editor.execute("ANALYZE tasks_payload")


def drop_trigrams(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX CONCURRENTLY IF EXISTS task_search")


def drop_pattern_index(apps, editor):
    if editor.connection.vendor == "postgresql":
        with editor.connection.cursor() as cursor:
            cursor.execute(PATTERN_INDEX)
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            editor.execute(f"DROP INDEX CONCURRENTLY {name}")


def capitals(apps, editor):
    """What the database wrote in capitals for letters beyond ASCII, as Python writes it."""
    payloads = apps.get_model("tasks", "Payload").objects
    entities = apps.get_model("tasks", "Task").objects.exclude(entity_identifier__regex=r"^[ -~]*$")
    rows = entities.values_list("id", "identifier", "entity_identifier")
    for id, identifier, entity in rows.iterator(1000):
        payloads.filter(task_id=id).update(search=f"{identifier} {entity.upper()}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tasks", "0005_life_of_a_record")]

    operations = [
        migrations.RunPython(capitals, migrations.RunPython.noop),
        AddIndexBeside(
            model_name="task",
            index=models.Index(fields=["entity_schema", "status", "id"], name="task_schema"),
        ),
        AddIndexBeside(
            model_name="payload",
            index=models.Index(functions.Substr("search", 21, 6), name="task_ending"),
        ),
        AddIndexBeside(
            model_name="memory",
            index=models.Index(fields=["seen_at", "id"], name="memory_seen"),
        ),
        migrations.RunPython(add_trigrams, drop_trigrams),
        migrations.RunPython(drop_pattern_index, migrations.RunPython.noop),
    ]
