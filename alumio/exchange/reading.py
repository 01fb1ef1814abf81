"""Takes NDJSON files apart into drafts of configurations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alumio import jsontext
from alumio.exchange.kinds import KINDS, Kind
from alumio.located import Located

KNOWN = {"$schema", "type", "identifier", "name", "description", "object", "owner", "disabled"}


@dataclass
class Draft:
    """One configuration to be stored. `source` says where it was read: "flow.ndjson line 3"."""

    kind: Kind
    data: dict
    source: str
    notes: list[str] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        return self.data["identifier"]

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.type, self.identifier

    def __str__(self):
        return f"{self.kind.type} “{self.identifier}”"


@dataclass(frozen=True)
class Problem:
    """Something that stops the import, and where: `place` in words, the configuration if known."""

    source: str
    message: str
    subject: str = ""
    place: str = ""

    def __str__(self):
        parts = [self.source, self.subject, self.place]
        return " › ".join(part for part in parts if part) + f": {self.message}"


@dataclass
class Contents:
    """What a set of files holds. `left_out`: lines of types that have no place here."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_files(paths: Iterable[Path]) -> Contents:
    """Read NDJSON files. Raises OSError where one cannot be opened."""
    contents = Contents()
    for path in paths:
        read_lines(path.read_bytes().splitlines(), path.name, contents)
    return contents


def read_lines(lines: Iterable[bytes], name: str, contents: Contents) -> None:
    """Add what the lines of one file hold; the same configuration twice counts once."""
    seen = {draft.key: draft for draft in contents.drafts}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        source = f"{name} line {number}"
        try:
            drafts = list(_read_line(line, source, contents))
        except Located as error:
            contents.problems.append(Problem(source, error.reason, place=_dotted(error)))
            continue
        for draft in drafts:
            first = seen.setdefault(draft.key, draft)
            if first is draft:
                contents.drafts.append(draft)
            elif first.data != draft.data:
                first.notes.append(f"{source} has another version of it, which is left out")


def _dotted(error: Located) -> str:
    return ".".join(map(str, error.path))


def _read_line(line: bytes, source: str, contents: Contents) -> Iterator[Draft]:
    try:
        entry = jsontext.loads(line)
    except jsontext.JSONTextError as error:
        raise Located(f"This is not JSON: {error.message} at column {error.column}.") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise Located("A line is an object with a “type”.")
    if unknown := sorted(set(entry) - KNOWN):
        raise Located(f"Unknown key “{unknown[0]}”.", (unknown[0],))
    base, body = _base(entry), entry.get("object")
    if not isinstance(body, dict):
        raise Located("“object” must be an object.", ("object",))
    if entry["type"] not in KINDS:
        contents.left_out.append(f"{source}: {entry['type']} “{base['identifier']}”")
        return
    yield _draft(KINDS[entry["type"]], base, body, source)


def _draft(kind: Kind, base: dict, body: dict, source: str) -> Draft:
    data, unknown = kind.read(body)
    notes = [f"the setting “{name}” is not supported and was left out" for name in unknown]
    return Draft(kind, base | data, source, notes)


def _base(entry: dict) -> dict:
    identifier = entry.get("identifier")
    if not isinstance(identifier, str) or not identifier:
        raise Located("An identifier is missing.", ("identifier",))
    return {
        "identifier": identifier,
        "name": entry.get("name") or identifier,
        "description": entry.get("description") or "",
        "enabled": not entry.get("disabled", False),
    }
