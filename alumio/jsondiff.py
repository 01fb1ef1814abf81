"""Two JSON values compared place by place: what was added, removed and changed, and where.

Items of lists are matched by what they are, so that one item put in front of a list is one change
and not as many as the list is long.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, zip_longest

from alumio import jsontext
from alumio.comparison import diff_lines
from alumio.posted import pretty

MOST_CHANGES = 300
MOST_MATCHED = 500
"""Items of a list up to which they are matched; longer ones are compared one by one."""
LONGEST_TEXT = 20_000
"""Characters of one value that are shown."""
NOTHING = object()


@dataclass(frozen=True)
class Change:
    """One place that differs: what was there and what is there now, NOTHING where nothing is.
    `path` is dotted, empty for the whole."""

    path: str
    old: object
    new: object

    @property
    def kind(self) -> str:
        if self.old is NOTHING:
            return "added"
        return "removed" if self.new is NOTHING else "changed"

    @property
    def before(self) -> str | None:
        return _text(self.old)

    @property
    def after(self) -> str | None:
        return _text(self.new)

    @cached_property
    def lines(self) -> list[tuple[str, str]]:
        """Those of a unified diff (sign, text), for texts of several lines."""
        texts = self.old, self.new
        if not all(isinstance(text, str) for text in texts) or "\n" not in "".join(texts):
            return []
        return diff_lines(*(text[:LONGEST_TEXT] for text in texts))

    def as_json(self) -> dict:
        """For programs; a side where nothing is has no key."""
        sides = {"before": self.old, "after": self.new}
        return {"path": self.path} | {k: v for k, v in sides.items() if v is not NOTHING}


@dataclass(frozen=True)
class Differences:
    """The first MOST_CHANGES of them; `more` says that there are others."""

    changes: list[Change]
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.changes)


def compare(before, after) -> Differences:
    """What has to be changed in one value to have the other."""
    found = list(islice(_differing(before, after, ()), MOST_CHANGES + 1))
    changes = [Change(".".join(map(str, path)), *sides) for path, *sides in found[:MOST_CHANGES]]
    return Differences(changes, len(found) > MOST_CHANGES)


def is_same(before, after) -> bool:
    """Whether both are the same to JSON: 1 is not true, and 1.10 is not 1.1."""
    return type(before) is type(after) and jsontext.dumps(before) == jsontext.dumps(after)


def _differing(before, after, path: tuple) -> Iterator[tuple]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            pair = before.get(key, NOTHING), after.get(key, NOTHING)
            yield from _differing(*pair, (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _differing_items(before, after, path)
    elif before is NOTHING or after is NOTHING or not is_same(before, after):
        yield path, before, after


def _differing_items(before: list, after: list, path: tuple) -> Iterator[tuple]:
    for old, new in _blocks(before, after):
        for i, j in zip_longest(old, new):
            one = NOTHING if i is None else before[i]
            two = NOTHING if j is None else after[j]
            yield from _differing(one, two, (*path, i if j is None else j))


def _blocks(before: list, after: list) -> Iterator[tuple[range, range]]:
    """The stretches of both lists that are not the same."""
    if max(len(before), len(after)) > MOST_MATCHED:
        yield range(len(before)), range(len(after))
        return
    texts = [jsontext.dumps(item) for item in before], [jsontext.dumps(item) for item in after]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if kind != "equal":
            yield range(a, b), range(c, d)


def _text(value) -> str | None:
    if value is NOTHING:
        return None
    text = pretty(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} …"
