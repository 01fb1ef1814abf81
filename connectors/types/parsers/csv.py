"""Parser: CSV, rows of values between delimiters."""

import csv
from collections.abc import Iterator

from django import forms

from alumio.located import Located
from connectors import charsets
from connectors.charsets import CharsetField, TextFault
from connectors.kinds import Parsed, Parser, Readable
from connectors.reading import LARGEST_RECORD, NamesField, held, unreadable
from connectors.registries import parsers

MAX_COLUMNS = 16_384  # as in spreadsheets; more is a wrong delimiter
LARGEST_VALUE = 8 * 1024 * 1024  # characters; more is a quote that is never closed
TAB = ("\\t", "tab")

csv.field_size_limit(LARGEST_VALUE)  # of the whole process; nothing else here reads CSV


class SignField(forms.CharField):
    """One character."""

    def clean(self, value):
        value = super().clean(value)
        if value and (len(self.build(value)) != 1 or value in "\r\n\0"):
            raise Located("Give one character; \\t stands for a tab.")
        return value

    def build(self, value):
        return "\t" if value and value.lower() in TAB else value or ""

    def nothing(self):
        return ""


@parsers.register
class CSVParser(Parser):
    prototype, label = "csv", "CSV"
    help = "One entity for each row; every value is text. Empty lines are skipped."
    ignored = ("readMethod",)  # as with JSON

    class Parameters(forms.Form):
        delimiter = SignField(
            initial=",", label="Delimiter", help_text="Stands between values; \\t is a tab."
        )
        enclosure = SignField(
            required=False,
            initial='"',
            label="Enclosure",
            help_text="Stands around values with special characters, doubled within. Empty: none.",
        )
        escape = SignField(
            required=False,
            label="Escape",
            help_text="Makes the next character an ordinary one and is dropped. Empty: none.",
        )
        header = forms.BooleanField(
            required=False, initial=True, label="The first row holds the names of the columns"
        )
        columns = NamesField(
            required=False,
            label="Names of the columns",
            help_text="In the place of those in the first row. Without any, an entity is a list.",
        )
        fillRows = forms.BooleanField(
            required=False,
            label="Fill up short rows",
            help_text="With empty values; empty values too many are dropped. Otherwise such a row "
            "is an error.",
        )
        encoding = CharsetField(
            required=False,
            label="Character set",
            help_text="Empty: utf-8. Another is windows-1252. A byte order mark wins.",
        )

        def clean(self):
            signs = [self.cleaned_data.get(name) for name in ("delimiter", "enclosure", "escape")]
            given = [sign for sign in signs if sign]
            if len(set(given)) < len(given):
                raise Located("Delimiter, enclosure and escape must differ.")

    def parse(self, readable):
        return Parsed(held(readable, self._records(readable)), lambda: None)

    def _records(self, readable: Readable) -> Iterator:
        if readable.excerpt(20).lower().startswith(("<!doctype html", "<html")):
            raise unreadable(readable, "CSV", "")
        try:
            yield from self._named(_Rows(self._text(readable), self.parameters))
        except TextFault as fault:
            raise unreadable(readable, "CSV", str(fault), fault.line) from None

    def _text(self, readable: Readable) -> Iterator[str]:
        asked = self.parameters["encoding"] or "utf-8"
        charset = charsets.marked(readable.body.head(4)) or charsets.known(asked)
        return charsets.decoded(readable.body.open(), charset)

    def _named(self, rows: "_Rows") -> Iterator:
        names = self.parameters["columns"]
        if self.parameters["header"]:
            first = next(rows, None)
            names = names or _names(first or [], rows.line)
        if not names:
            yield from rows
            return
        for row in rows:
            if len(row) != len(names):
                row = self._fitted(row, names, rows.line)
            yield dict(zip(names, row, strict=True))

    def _fitted(self, row: list[str], names: list[str], line: int) -> list[str]:
        missing, surplus = len(names) - len(row), row[len(names) :]
        if self.parameters["fillRows"] and not any(surplus):
            return row + [""] * missing if missing > 0 else row[: len(names)]
        raise TextFault(
            f"there are {len(names)} columns, but the row has {len(row)} (check the delimiter; "
            "“Fill up short rows” takes rows that are too short)",
            line,
        )


class _Rows:
    """The rows that are not empty; `line` is where the last one began."""

    def __init__(self, pieces: Iterator[str], signs: dict):
        self.line, self._taken, self._size = 1, 0, 0
        self._reader = csv.reader(
            self._lines(pieces),
            delimiter=signs["delimiter"],
            quotechar=signs["enclosure"] or None,
            quoting=csv.QUOTE_MINIMAL if signs["enclosure"] else csv.QUOTE_NONE,
            escapechar=signs["escape"] or None,
            strict=True,
        )

    def __iter__(self):
        return self

    def __next__(self) -> list[str]:
        row = []
        while not row:
            self.line, self._size = self._taken + 1, 0
            try:
                row = next(self._reader)
            except csv.Error as error:
                raise self._fault(str(error)) from None
        if len(row) > MAX_COLUMNS:
            what = f"the row has {len(row):,} values, more than {MAX_COLUMNS:,}"
            raise TextFault(f"{what}: check the delimiter,", self.line)
        return row

    def _lines(self, pieces: Iterator[str]) -> Iterator[str]:
        for line in charsets.lines(pieces, LARGEST_RECORD):
            self._taken += 1
            self._size += len(line)
            if "\0" in line:
                what = "a NUL (perhaps the text is UTF-16: set the character set)"
                raise TextFault(what, self._taken, line.index("\0") + 1)
            if self._size > LARGEST_RECORD:
                raise TextFault("the row is larger than 64 MB and begins", self.line)
            yield line

    def _fault(self, error: str) -> TextFault:
        if "unexpected end of data" in error:
            return TextFault(
                "the text ends in a value whose enclosure opened in the row", self.line
            )
        if "expected after" in error:
            what = "after the enclosure that ends a value comes neither delimiter nor end of line"
            return TextFault(what, self._taken)
        if "field larger" in error:
            return TextFault(
                "a value is longer than 8 MB: is its enclosure closed? It is", self.line
            )
        return TextFault(error, self._taken)


def _names(row: list[str], line: int) -> list[str]:
    """The names in the first row; a column without one is called by its number."""
    names = [name or f"column {number}" for number, name in enumerate(row, 1)]
    places: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if name in places:
            what = f"two columns are called “{name[:80]}”, number {places[name]} and {number}"
            raise TextFault(f"{what} (give the names of the columns in the parser),", line)
        places[name] = number
    return names
