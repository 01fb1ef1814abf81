"""What a draft would run: its line, and what stands in for the configurations that it names.

New parts have the identifiers here that they would get by being saved.
"""

from alumio.builder import editing
from alumio.builder.document import Document, Part
from alumio.builder.storing import with_identifiers
from alumio.configuration import Configuration, standing_in
from tasks.trying.line import Line

BY_NAME = ("connection", "storage", "entity-schema", "transformer")
"""The kinds that are looked up by their names while a line runs."""


def line_of(document: Document) -> Line:
    """The draft's line, with whatever else it has changed or is new in it."""
    settled, _ = with_identifiers(document)
    changed = [part for part in settled.changed_parts() if part.kind in BY_NAME]
    stand_ins = tuple(_named(part) for part in changed)
    with standing_in(stand_ins):
        incoming, outgoing = settled.incoming, settled.outgoing
        return Line(
            incoming and _row(incoming), _row(settled.route), outgoing and _row(outgoing), stand_ins
        )


def _named(part: Part) -> Configuration:
    row = editing.row_of(part)
    row.identifier = part.identifier
    return row


def _row(part: Part) -> Configuration:
    row = _named(part)
    row.pk = None if part.is_new else row.pk
    return row
