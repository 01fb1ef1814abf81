"""The gate: where an entity becomes a task of a route, New or Rejected."""

from dataclasses import dataclass, field

from alumio import jsontext
from alumio.configuration import named
from routes.models import Route
from tasks.causes import Reason, reason
from tasks.limits import beginning, max_bytes, size_of
from tasks.messages import storable
from tasks.status import Status
from transformers import schemas
from transformers.context import LogLine
from transformers.entity import Entity
from transformers.models import EntitySchema

MAX_IDENTIFIER = 255


@dataclass(slots=True)
class Draft:
    """A task that is not inserted yet. `reason` is why it is Rejected, `cause` the row of that;
    `delivery` what it was received with, of which it is number `ordinal` on its route."""

    route: Route
    status: str
    schema: str
    identifier: str
    data: str
    size: int
    messages: list[LogLine] = field(default_factory=list)
    reason: Reason | None = None
    cause: int | None = None
    delivery: int | None = None
    ordinal: int | None = None


class Gate:
    """Schema, size and identifier for one route. Schemas are compiled once."""

    def __init__(self, route: Route):
        self.route = route
        self.limit = max_bytes(route)
        self._schemas: dict[str | None, _Schema] = {None: _Schema(None)}

    def admit(self, entity: Entity, messages: list[LogLine]) -> Draft:
        """Turn an entity into a draft: New, or Rejected with the reason in its messages."""
        text = jsontext.dumps(entity.data)
        size = size_of(text)
        schema = self._schema(entity.schema)
        identifier, reasons = schema.examine(entity.data)
        if size > self.limit:
            too_large = f"The entity has {size:,} bytes; at most {self.limit:,} are allowed."
            why = reason(too_large, "size limit")
            return self.reject(
                text, entity.schema, [too_large, *reasons], messages, why, identifier
            )
        if reasons:
            why = schema.why(entity.data, reasons[0])
            return self.reject(text, entity.schema, reasons, messages, why, identifier)
        return Draft(self.route, Status.NEW, entity.schema or "", identifier, text, size, messages)

    def reject(self, text, schema, reasons, messages, why: Reason, identifier="") -> Draft:
        """A rejected draft: it keeps its size and its first 1,000 bytes."""
        lines = [*messages, *(LogLine("error", f"Rejected: {reason}") for reason in reasons)]
        return Draft(
            self.route,
            Status.REJECTED,
            storable(str(schema or ""))[:MAX_IDENTIFIER],
            identifier,
            beginning(text),
            size_of(text),
            lines,
            why,
        )

    def _schema(self, name: str | None) -> "_Schema":
        if name not in self._schemas:
            self._schemas[name] = _Schema(name)
        return self._schemas[name]


class _Schema:
    """One entity schema, compiled; a name that does not exist rejects what carries it."""

    def __init__(self, name: str | None):
        self.refusal, self.place = "", "entity schema"
        self.validator, self.paths = None, []
        if not name:
            return
        self.place = f"entity schema “{name}”"
        row = named(EntitySchema, name)
        if row is None:
            self.refusal = f"There is no entity schema called “{name}”."
        elif not row.enabled:
            self.refusal = f"The entity schema “{row.name}” is disabled."
        else:
            self.validator = schemas.compile(row.schema) if row.schema else None
            self.paths = row.identifier_paths

    def examine(self, data) -> tuple[str, list[str]]:
        """The entity's identifier, and why it is rejected (nothing: it is valid)."""
        if self.refusal:
            return "", [self.refusal]
        reasons = list(self.validator.errors(data)) if self.validator else []
        try:
            identifier = schemas.identifier(data, self.paths)
        except ValueError as error:
            return "", [*reasons, str(error)]
        if "\x00" in identifier or len(identifier) > MAX_IDENTIFIER:
            reasons.append(
                f"The entity identifier must have at most {MAX_IDENTIFIER} characters and no NUL."
            )
            identifier = identifier.replace("\x00", "")[:MAX_IDENTIFIER]
        return identifier, reasons

    def why(self, data, told: str) -> Reason:
        """The cause of a refusal, of which `told` is the first reason in words."""
        rule = self.validator.rule(data) if self.validator else ""
        place = storable(self.place)[:MAX_IDENTIFIER]
        return Reason(storable(rule), place) if rule else reason(told, place)
