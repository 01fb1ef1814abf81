"""Pages of saved transformers and entity schemas."""

from alumio.pages import Pages, Section, register
from alumio.summary import enumerated, line_of
from transformers.forms import EntitySchemaForm, SavedTransformerForm
from transformers.models import EntitySchema, SavedTransformer
from transformers.registries import entity_transformers


def transformer_line(saved: SavedTransformer) -> str:
    return line_of(saved.step, entity_transformers)


def schema_line(schema: EntitySchema) -> str:
    """The identifier's path and the fields that the schema asks for."""
    paths = enumerated(schema.identifier_paths or [])
    fields = schema.schema.get("properties") if isinstance(schema.schema, dict) else None
    count = len(fields) if isinstance(fields, dict) else 0
    parts = [
        f"identified by {paths}" if paths else "identified by its data",
        f"{count} field{'s' if count != 1 else ''}" if count else "any data",
    ]
    return " · ".join(parts)


transformers = register(
    Pages(
        form=SavedTransformerForm,
        namespace="transformers",
        noun="transformer",
        plural="Transformers",
        icon="wand",
        about="A saved transformer is a step that several configurations share: change it here "
        "once and all of them follow.",
        sections=(
            Section("Transformer", ("step",), "The step that runs wherever this one is named."),
        ),
        line=transformer_line,
    )
)

entity_schemas = register(
    Pages(
        form=EntitySchemaForm,
        namespace="entity-schemas",
        noun="entity schema",
        plural="Entity schemas",
        icon="schema",
        group="Building blocks",
        about="A schema says what a valid entity looks like and where its identifier is. Entities "
        "that break it are rejected before they do harm.",
        sections=(Section("What a valid entity is", ("identifier_paths", "schema", "link")),),
        line=schema_line,
    )
)
