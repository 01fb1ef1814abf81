"""Data as a trial shows it: without secrets, each piece and all of it together bounded."""

from dataclasses import dataclass, field
from functools import cached_property

from alumio import jsontext
from alumio.jsontext import JSONTextError
from connectors.redaction import Redactor
from tasks.importing import readable
from tasks.tree import pretty
from transformers.context import LogLine
from transformers.entity import Entity

MOST_SHOWN = 100_000
"""Characters of one piece of data that are shown."""
MOST_KEPT = 4_000_000
"""Characters that one trial keeps to show; what comes after is not shown."""
MOST_TEXT = 2_000
"""Characters of one message."""


@dataclass(frozen=True)
class Shown:
    """Data at one place of the line. `text` is its compact JSON, or the beginning of that;
    `size` is how many characters it has."""

    text: str
    size: int
    schema: str | None = None

    @property
    def is_cut(self) -> bool:
        return len(self.text) < self.size

    @cached_property
    def value(self):
        """The data; of what is cut, or no JSON, the text."""
        if self.is_cut:
            return self.text
        try:
            return jsontext.loads(self.text)
        except JSONTextError:
            return self.text

    @cached_property
    def pretty(self) -> str:
        return self.text if self.is_cut else pretty(self.value)

    def as_json(self) -> dict:
        said = {"data": self.value, "schema": self.schema}
        return said | {"cut": True, "size": self.size} if self.is_cut else said


@dataclass
class Window:
    """Makes what is shown, and knows what must not be."""

    redactor: Redactor = field(default_factory=Redactor)
    room: int = MOST_KEPT
    _known: dict[tuple[str, str | None], Shown] = field(default_factory=dict)

    def entity(self, entity: Entity) -> Shown:
        return self.data(entity.data, entity.schema)

    def data(self, data, schema: str | None = None) -> Shown:
        """Data as it is now, since steps may change it in place."""
        return self.text(readable(self.redactor.value(data)), schema)

    def stored(self, text: str, schema: str = "") -> Shown:
        """The data of a task, which is kept as JSON text; of a rejected one it is a part."""
        try:
            return self.data(jsontext.loads(text), schema or None)
        except JSONTextError:
            return self.text(self.redactor.text(text), schema or None)

    def text(self, text: str, schema: str | None = None) -> Shown:
        """The same data is kept once, however many steps it passes unchanged."""
        size = len(text)
        kept = text[: min(MOST_SHOWN, max(self.room, 0))]
        shown = self._known.get((kept, schema))
        if shown is None or shown.size != size:
            self.room -= len(kept)
            shown = self._known[kept, schema] = Shown(kept, size, schema)
        return shown

    def lines(self, messages: list[LogLine]) -> list[LogLine]:
        return [self.line(line) for line in messages]

    def line(self, line: LogLine) -> LogLine:
        text = self.redactor.text(line.text)[:MOST_TEXT]
        detail = line.detail and self.data(line.detail).value
        return LogLine(line.level, text, detail)


def line_as_json(line: LogLine) -> dict:
    said = {"level": line.level, "text": line.text}
    return said | {"detail": line.detail} if line.detail else said
