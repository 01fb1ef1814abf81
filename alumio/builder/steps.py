"""The steps of a document: each a place in one of the lists of one part."""

from typing import NamedTuple

from alumio import jsontext
from alumio.builder.document import Document, Part
from alumio.builder.telling import told

LONGEST_INDEX = 7
"""Digits of an index that could be one."""


class Place(NamedTuple):
    """A step's place, written "incoming:shop/transformers/2"."""

    part: str
    list: str
    index: int

    def __str__(self):
        return f"{self.part}/{self.list}/{self.index}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        part, _, rest = text.partition("/")
        name, _, index = rest.partition("/")
        is_index = index.isdecimal() and len(index) < LONGEST_INDEX
        return cls(part, name, int(index)) if name and is_index else None


class NoStep(LookupError):
    """There is no step at this place any more."""


def steps_of(part: Part, name: str) -> list:
    return part.data.get(name) or []


def part_at(document: Document, place: Place) -> Part:
    part = document.of_key(place.part)
    if part is None or place.list not in part.data:
        raise NoStep(f"There are no steps at {place}.")
    return part


def step_at(document: Document, place: Place):
    steps = steps_of(part_at(document, place), place.list)
    if place.index >= len(steps):
        raise NoStep(f"There is no step at {place}.")
    return steps[place.index]


def title_at(document: Document, place: Place) -> str:
    return told(document, step_at(document, place)).title


def insert(document: Document, place: Place, specs: list) -> None:
    """Put steps before the one at this place."""
    part = part_at(document, place)
    steps = list(steps_of(part, place.list))
    steps[place.index : place.index] = jsontext.copy(specs)
    document.change(part, **{place.list: steps})


def replace(document: Document, place: Place, spec) -> None:
    step_at(document, place)
    part = part_at(document, place)
    steps = list(steps_of(part, place.list))
    steps[place.index] = spec
    document.change(part, **{place.list: steps})


def delete(document: Document, place: Place) -> None:
    step_at(document, place)
    part = part_at(document, place)
    steps = list(steps_of(part, place.list))
    del steps[place.index]
    document.change(part, **{place.list: steps})


def move(document: Document, source: Place, target: Place) -> Place:
    """Take a step out and put it where `target` is in the list without it. It may change lists."""
    spec = step_at(document, source)
    delete(document, source)
    length = len(steps_of(part_at(document, target), target.list))
    target = target._replace(index=min(target.index, length))
    insert(document, target, [spec])
    return target


def switch(document: Document, place: Place) -> bool:
    """Disable an enabled step, or enable it again. Returns whether it is disabled now."""
    spec = step_at(document, place)
    if isinstance(spec, str):
        raise NoStep("A saved transformer is disabled where it is saved.")
    meta = dict(spec.get("meta") or {})
    off = not meta.pop("disabled", False)
    if off:
        meta["disabled"] = True
    bare = {key: value for key, value in spec.items() if key != "meta"}
    replace(document, place, bare | ({"meta": meta} if meta else {}))
    return off
