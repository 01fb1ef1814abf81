"""Parser: JSON lines."""

from collections.abc import Iterator

from alumio import jsontext
from alumio.jsontext import JSONTextError
from connectors.kinds import Parsed, Parser, Readable
from connectors.reading import LARGEST_RECORD, held, unreadable
from connectors.registries import parsers


@parsers.register
class JSONLines(Parser):
    prototype, label = "json-lines", "JSON lines"
    help = "One entity on each line, as JSON. Empty lines are skipped."

    def parse(self, readable):
        return Parsed(held(readable, _records(readable)), lambda: None)


def _records(readable: Readable) -> Iterator:
    file, number = readable.body.open(), 0
    while line := file.readline(LARGEST_RECORD + 1):
        number += 1
        if len(line) > LARGEST_RECORD:
            raise unreadable(readable, "JSON lines", f"line {number} is larger than 64 MB", number)
        if not line.strip():
            continue
        try:
            yield jsontext.loads(line)
        except JSONTextError as error:
            place = JSONTextError(error.message, number, error.column, error.path)
            raise unreadable(readable, "JSON lines", str(place), number) from None
