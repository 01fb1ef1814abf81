"""Two versions of a configuration side by side, with secrets masked."""

import difflib
from dataclasses import dataclass

from alumio.components import MASK, label_of
from alumio.forms import ConfigurationForm
from alumio.pairing import paired
from alumio.posted import typed_text

LINES_AROUND = 2
LONGEST_BESIDE = 300
"""Characters of both versions that still stand well beside each other."""


@dataclass
class Difference:
    """`lines` are those of a unified diff (sign, text), for values too long for two columns.
    `secret_too`: masks that look alike hide another difference."""

    label: str
    before: str
    after: str
    lines: list[tuple[str, str]]
    secret_too: bool = False


def compare(form_class: type[ConfigurationForm], before: dict, after: dict) -> list[Difference]:
    return [
        difference(label_of(name, field), field, before.get(name), after.get(name))
        for name, field in form_class.base_fields.items()
        if name in after and before.get(name) != after.get(name)
    ]


def masked(field, value):
    if value is None or not hasattr(field, "walk_secrets"):
        return value
    return field.walk_secrets(value, None, lambda secret, _: MASK if secret else secret)


def difference(label: str, field, before, after) -> Difference:
    one, two = readable(masked(field, before)), readable(masked(field, after))
    if one == two:
        return Difference(label, one, two, [(" ", "Only a secret is different.")])
    lines = diff_lines(one, two) if is_long(one + two) else []
    return Difference(label, one, two, lines, secret_too=hides_another(field, before, after))


def hides_another(field, before, after) -> bool:
    """Whether a secret became another one, which the masks do not tell."""
    if after is None or not hasattr(field, "walk_secrets"):
        return False
    found = []
    paired(field, after, before, lambda new, old: found.append(bool(old) and old != new))
    return any(found)


def is_long(text: str) -> bool:
    return text.count("\n") > 3 or len(text) > LONGEST_BESIDE


def readable(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else typed_text(value)


def diff_lines(before: str, after: str) -> list[tuple[str, str]]:
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=LINES_AROUND)
    return [(line[:1], line[1:]) for line in list(lines)[2:]]
