"""CSV that is safe to open in a spreadsheet: no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""With these a cell begins that a spreadsheet would take for a formula."""
LINES = 500


def lines(header: Sequence[str], rows: Iterable[Sequence]) -> Iterator[str]:
    """The text of a CSV file with its header, some hundred rows at a time."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(value) for value in row])
        if number % LINES == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def cell(value) -> object:
    """The value as a spreadsheet may show it: text that would be a formula begins with “'”."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
