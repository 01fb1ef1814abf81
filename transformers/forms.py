"""Forms of entity schemas and saved transformers."""

from alumio.fields import ComponentField, JSONField, ListField
from alumio.forms import ConfigurationForm
from alumio.located import Located
from transformers import schemas
from transformers.fields import PATH
from transformers.models import EntitySchema, SavedTransformer
from transformers.registries import entity_transformers


class IdentifierPathsField(ListField):
    suggests = PATH


class EntitySchemaForm(ConfigurationForm):
    schema = JSONField(
        required=False,
        initial="",
        label="JSON Schema",
        help_text="Entities that break it are rejected. Empty accepts everything.",
    )
    identifier_paths = IdentifierPathsField(
        required=False,
        label="Identifier path",
        help_text="Where the entity's identifier is, one path a line, such as product.sku; "
        "several are joined with “-”.",
    )

    class Meta:
        model = EntitySchema
        fields = (*ConfigurationForm.base_names, "schema", "identifier_paths", "link")

    def clean_schema(self):
        schema = self.cleaned_data["schema"] or {}
        if not isinstance(schema, dict):
            raise Located("A JSON Schema is an object.")
        schemas.check(schema)
        return schema

    def clean_identifier_paths(self):
        paths = self.cleaned_data["identifier_paths"]
        if not all(isinstance(path, str) for path in paths):
            raise Located("An identifier path is a text such as “product.sku”.")
        if any("{" in path for path in paths):
            raise Located("An identifier path is no placeholder: write “product.sku”, not “&{…}”.")
        return paths


class SavedTransformerForm(ConfigurationForm):
    step = ComponentField(entity_transformers, label="Transformer")

    class Meta:
        model = SavedTransformer
        fields = (*ConfigurationForm.base_names, "step")
