"""The rows of the mapper as they are typed, and what is understood of them.

A pair is a field of the target beside what goes into it: a field that arrives, or a value. In both
columns `*` stands for each item of a list, also written `lines[].sku`.
"""

from dataclasses import dataclass, field

from alumio import jsontext, posted
from alumio.builder import mapping
from alumio.builder.mapping import EACH, Place, Row
from transformers import paths, placeholders
from transformers.errors import TransformError

FIELD, VALUE = "field", "value"
MOST_NAMED = 4
"""Fields that a line names."""


@dataclass
class Pair:
    """`type`, `required` and `about` are what is known of the field of the target; `error` is what
    is wrong with the pair."""

    target: str = ""
    text: str = ""
    kind: str = FIELD
    missing: bool = False
    mappers: list | None = None
    type: str = ""
    required: bool = False
    about: str = ""
    error: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is a field of the target that nothing goes into yet."""
        return bool(self.target) and self.kind == FIELD and not self.text

    @property
    def lacks(self) -> bool:
        return self.required and self.is_open

    def as_json(self) -> dict:
        typed = {"target": self.target, "text": self.text, "kind": self.kind}
        more = {"missing": self.missing, "mappers": self.mappers}
        return typed | {name: value for name, value in more.items() if value}

    @classmethod
    def of_json(cls, kept: dict) -> "Pair":
        """From what `as_json` gave, or somebody wrote by hand."""
        target, text, mappers = (kept.get(name) for name in ("target", "text", "mappers"))
        return cls(
            target if isinstance(target, str) else "",
            text if isinstance(text, str) else "",
            VALUE if kept.get("kind") == VALUE else FIELD,
            bool(kept.get("missing")),
            mappers if isinstance(mappers, list) and mappers else None,
        )


# -- places as they are typed -------------------------------------------------------------------


def text_of(place: Place) -> str:
    """A place as a pattern: `lines.*.sku`. A key of digits is in quotes, unlike an index."""
    return ".".join(_segment(key) for key in place)


def _segment(key) -> str:
    if key is EACH:
        return "*"
    return f'"{key}"' if isinstance(key, str) and key.isdigit() else paths.quote(str(key))


def place_of(text: str) -> Place:
    """The place of a pattern. Raises PathError."""
    written = text.strip() if '"' in text else text.strip().replace("[]", ".*")
    return tuple(_key(key, quoted, text) for key, quoted in paths.split(written.lstrip(".")))


def _key(key: str, quoted: bool, text: str):
    if quoted:
        return key
    if key == "*":
        return EACH
    if any(sign in key for sign in "*?["):
        raise paths.PathError(f"“{text}”: here * stands for a whole key only.")
    return int(key) if paths.index_of(key) is not None else key


def target_of(text: str) -> Place:
    """As `place_of`, where what looks like an index is a key."""
    return tuple(str(key) if isinstance(key, int) else key for key in place_of(text))


# -- from rows and back -------------------------------------------------------------------------


def pairs_of(rows: list[Row]) -> list[Pair]:
    return [_pair(row) for row in rows]


def _pair(row: Row) -> Pair:
    target = ".".join("*" if key is EACH else paths.quote(key) for key in row.target)
    if row.source is None:
        return Pair(target, on_one_line(row.value), VALUE, mappers=row.mappers)
    return Pair(target, text_of(row.source) or "@", FIELD, row.missing, row.mappers)


def on_one_line(value) -> str:
    """A value as it is typed into a field of one line."""
    text = posted.typed_text(value)
    return jsontext.dumps(value) if "\n" in text else text


def in_a_line(rows: list[Row]) -> str:
    """The fields of a target: `number, lines.*.sku`."""
    targets = [pair.target for pair in pairs_of(rows)]
    more = f" and {len(targets) - MOST_NAMED} more" if len(targets) > MOST_NAMED else ""
    return ", ".join(targets[:MOST_NAMED]) + more or "Nothing is mapped yet"


@dataclass
class Understood:
    """The rows of the pairs that fit together. The others have an error, or are open."""

    rows: list[Row] = field(default_factory=list)
    lists: dict[Place, Place] = field(default_factory=dict)
    targets: set[Place] = field(default_factory=set)
    parents: set[Place] = field(default_factory=set)
    wholes: set[tuple] = field(default_factory=set)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.targets.add(row.target)
        self.parents.update(row.target[:length] for length in range(1, len(row.target)))
        self.wholes.add(whole_of(row))


def understand(pairs: list[Pair]) -> Understood:
    """Make rows of pairs, and give those that cannot be one their `error`."""
    found = Understood()
    read = [(pair, row) for pair in pairs if (row := _read(pair))]
    for pair, row in read:
        pair.error = pair.error or _misfit(row, found)
        if not pair.error and row.source is not None:
            found.lists |= dict(zip(levels(row.target), levels(row.source), strict=True))
    for pair, row in read:
        pair.error = pair.error or _alone(row, found)
        row = row if pair.error else _sourced(row, found)
        pair.error = pair.error or _twice(row, found)
        if not pair.error:
            found.add(row)
    return found


def whole_of(row: Row) -> tuple:
    """What is read of which list of the target."""
    return tuple(levels(row.target)), row.source


def levels(place: Place) -> list[Place]:
    """The lists that a place goes through, outermost first."""
    return [place[: at + 1] for at, key in enumerate(place) if key is EACH]


def _read(pair: Pair) -> Row | None:
    """The row that a pair is by itself; None where it is open, empty or wrong."""
    pair.error = ""
    if pair.is_open or not (pair.target or pair.text):
        return None
    try:
        if not pair.target:
            raise paths.PathError("Say where it goes.")
        return _row(pair)
    except (TransformError, ValueError) as error:
        pair.error = str(error)
        return None


def _row(pair: Pair) -> Row:
    target = target_of(pair.target)
    if target[-1:] == (EACH,):
        raise ValueError("Name a field of each item, or the list without the last *.")
    if pair.kind == FIELD:
        source = () if pair.text.strip() == "@" else place_of(pair.text)
        return Row(target, source, None, pair.missing, pair.mappers)
    value = posted.parse_typed(pair.text)
    if isinstance(value, posted.Unparsable):
        raise ValueError(str(value))
    placeholders.compile(value)
    return Row(target, None, value, mappers=pair.mappers)


def _sourced(row: Row, found: Understood) -> Row:
    """The same row; a value that is the placeholder of one field comes from that field."""
    read = mapping.source_of(row.value) if row.source is None else None
    if read is None:
        return row
    within = levels(row.target)
    source = (*found.lists[within[-1]], *read[0]) if within else read[0]
    return Row(row.target, source, None, read[1], row.mappers)


# -- what does not fit --------------------------------------------------------------------------


def _misfit(row: Row, found: Understood) -> str:
    if row.source is None:
        return ""
    ours, theirs = levels(row.target), levels(row.source)
    if len(ours) != len(theirs):
        return _depth(row, len(ours), len(theirs))
    for target, source in zip(ours, theirs, strict=True):
        if found.lists.get(target, source) != source:
            at, known = text_of(target), text_of(found.lists[target])
            return f"The items of {at} come from {known}: choose a field of {known}."
    return ""


def _depth(row: Row, ours: int, theirs: int) -> str:
    target, source = text_of(row.target), text_of(row.source)
    if not ours:
        first = text_of(tuple(0 if key is EACH else key for key in row.source))
        return (
            f"{source} has a value for each item of a list, {target} takes one value. Map it to a "
            f"field of a list, such as lines.*.{_segment(row.target[-1])}, or take {first}."
        )
    if not theirs:
        return (
            f"{target} wants a value for each item of a list, {source} is one value of the record. "
            "Choose a field of a list."
        )
    return f"{source} goes through {theirs} lists, {target} through {ours}: both need as many."


def _alone(row: Row, found: Understood) -> str:
    for place in levels(row.target):
        if place not in found.lists:
            at = text_of(place)
            return f"Map a field of a list to {at} first: it says how many items there are."
    return ""


def _twice(row: Row, found: Understood) -> str:
    target, lists = row.target, {place[:-1] for place in found.lists}
    if target in found.targets:
        return f"{text_of(target)} is mapped twice."
    for length, key in enumerate(target):
        if key is not EACH and (place := target[:length]) in lists:
            return f"{text_of(place)} is a list here: write {text_of(place)}.* for each item."
    if target in found.parents or target in lists:
        return (
            f"Fields of {text_of(target)} are mapped already: it cannot be mapped as a whole, too."
        )
    above = [target[:length] for length in range(1, len(target))]
    if taken := next((place for place in above if place in found.targets), None):
        return f"{text_of(taken)} is mapped as a whole already: it holds {text_of(target)}."
    if row.source is not None and row.source[-1:] == (EACH,) and whole_of(row) in found.wholes:
        return f"{text_of(row.source)} itself can be mapped once only."
    return ""
