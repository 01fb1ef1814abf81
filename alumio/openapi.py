"""The OpenAPI description: each door says in an `Operation` what it takes and answers.

Settings come from their forms (`alumio.component_schema`); shared shapes are in SHAPES.
"""

import re
from dataclasses import dataclass, field

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from alumio import component_schema
from alumio.api_keys import ApiKeyAuthentication
from alumio.forms import ConfigurationForm

SCHEMAS = "#/components/schemas/"
ANSWERS = "application/json"


def shape(name: str) -> dict:
    return {"$ref": SCHEMAS + name}


def list_of(name: str) -> dict:
    """The answer of a list: one page, and where the pages beside it are."""
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "description": "Exact to 10,000."},
            "count_exact": {"type": "boolean", "description": "false: there are more."},
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": shape(name)},
        },
        "required": ["count", "next", "previous", "results"],
    }


@dataclass(frozen=True)
class Operation:
    """What one door takes and answers. `query`: the filter of a list, or parameters by name."""

    summary: str
    answers: dict[int, dict | None]
    request: dict | None = None
    query: type | dict[str, dict] | None = None
    refusals: tuple[int, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


def described(summary: str, answers: dict, **more):
    """Say what a view's method takes and answers."""

    def decorate(method):
        method.operation = Operation(summary, answers, **more)
        return method

    return decorate


class ApiSchema(AutoSchema):
    """Reads the Operation of a method, or asks the view for it (`view.operation(action)`)."""

    @property
    def operation(self) -> Operation:
        action = getattr(self.view, "action", None) or self.method.lower()
        said = getattr(getattr(self.view, action, None), "operation", None)
        return said or self.view.operation(action)

    def get_operation_id(self):
        action = getattr(self.view, "action", None) or self.method.lower()
        words = [w.strip("{}") for w in self.path.removeprefix("/api/v1/").split("/") if w]
        return "_".join([*(re.sub(r"[-.]", "_", word) for word in words), action])

    def get_tags(self):
        return [re.split(r"[/.]", self.path.removeprefix("/api/v1/"))[0]]

    def get_summary(self):
        return self.operation.summary

    def get_description(self):
        return ""

    def get_request_serializer(self):
        return {ANSWERS: self.operation.request} if self.operation.request else None

    def get_response_serializers(self):
        answers = dict(self.operation.answers)
        for code in (401, 403, *self._refusals()):
            answers.setdefault(code, shape("Errors" if code == 400 else "Detail"))
        return answers

    def _refusals(self) -> list[int]:
        said, refused = self.operation, list(self.operation.refusals)
        if said.request or said.query:
            refused.append(400)
        if said.request:
            refused += [413, 415]
        return [*refused, 404] if "{" in self.path else refused

    def get_override_parameters(self):
        said = self.operation
        headers = [
            OpenApiParameter(name, {"type": "string"}, OpenApiParameter.HEADER, description=text)
            for name, text in said.headers.items()
        ]
        if said.query is None:
            return headers
        query = said.query if isinstance(said.query, dict) else filter_parameters(said.query)
        return headers + [
            OpenApiParameter(name, type=schema, description=schema.pop("description", ""))
            for name, schema in query.items()
        ]


def filter_parameters(filter_class) -> dict[str, dict]:
    """The query parameters of a list: its filter and paging."""
    said = {
        name: component_schema.field_schema(name, field, SCHEMAS)
        for name, field in filter_class.base_fields.items()
    }
    paging = {
        "cursor": {"type": "string", "description": "As `next` or `previous` gave it."},
        "page_size": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
    }
    return {name: _plain(schema) for name, schema in said.items()} | paging


def _plain(schema: dict) -> dict:
    """Lists in a query are texts separated by commas as well, so the items say what is allowed."""
    return {key: value for key, value in schema.items() if key != "title"}


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
MOMENT = {"type": "string", "format": "date-time"}
MAYBE = {"type": ["string", "null"]}


def an_object(properties: dict, required: tuple | None = None) -> dict:
    needed = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties} | ({"required": needed} if needed else {})


SHAPES: dict[str, dict] = {
    "Detail": an_object(
        {
            "detail": TEXT,
            "current": {"description": "The configuration as it is now (a stale save)."},
            "differences": {
                "type": "array",
                "items": an_object({"field": TEXT, "theirs": {}, "yours": {}}),
            },
            "uses": {"type": "array", "items": an_object({"kind": TEXT, "identifier": TEXT}, ())},
        },
        ("detail",),
    ),
    "Errors": an_object(
        {
            "errors": {
                "type": "array",
                "items": an_object({"path": TEXT, "where": TEXT, "message": TEXT}),
            },
            "detail": TEXT,
            "line": WHOLE,
            "column": WHOLE,
        },
        (),
    ),
}
"""Shapes that several doors use, by name; other modules add theirs."""

FORMS: dict[str, type[ConfigurationForm]] = {}
"""The forms of configurations that have doors, by the name of their shape."""


def add_shapes(result, generator, request, public):
    """Put the shapes, and all settings by their forms, into the description."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    registries = []
    for name, form_class in FORMS.items():
        registries += component_schema.reached_by(form_class)
        schemas |= configuration_shapes(name, form_class)
    schemas |= component_schema.definitions(registries, SCHEMAS) | SHAPES
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def configuration_shapes(name: str, form_class) -> dict[str, dict]:
    """What is sent and what is answered for one kind of configuration."""
    sent = component_schema.form_schema(form_class, SCHEMAS)
    sent["properties"]["revision"] = {
        "type": ["integer", "null"],
        "description": "The revision that the change started from; a newer one refuses it.",
    }
    sent["required"] = [n for n in sent.get("required", []) if n not in ("identifier", "revision")]
    answered = dict(sent["properties"])
    more = {
        "revision": WHOLE,
        "demo": {"type": "boolean"},
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "updated_by": MAYBE,
    }
    del sent["additionalProperties"]
    return {f"{name}Input": sent, name: an_object(answered | more)}


def api_only(endpoints):
    """Leave out of the description what is not the API proper: its own description, the slashes."""
    return [endpoint for endpoint in endpoints if getattr(endpoint[3].cls, "schema", None)]


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI description calls it."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ak_…"}
