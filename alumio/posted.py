"""Reads settings out of a page's POST: the inverse of drawing them.

Whatever is stored and drawn comes back as it was: what nobody touched and the spec did not name
stays unnamed, values keep their JSON types, and what a page cannot show travels in hidden fields.
Nothing here raises: text that cannot be read becomes `Unparsable`, which the field then refuses.
"""

import re

import simplejson
from django import forms

from alumio import jsontext
from alumio.components import empty_value

SAVED = "saved:"
MOST_ROWS = 10_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


class Unparsable(str):
    """What is wrong with what was typed; `typed` is what to show again."""

    typed: object = ""

    @classmethod
    def make(cls, reason: str, typed) -> "Unparsable":
        made = cls(reason)
        made.typed = typed
        return made


class KeptSecret(str):
    """A mask that was not touched, with the place of its secret in the stored configuration."""

    place: tuple = ()


class PostedStep(dict):
    """A spec as posted, with how its card looked: open or not, just added or moved."""

    open = False
    focused = ""


# ---------------------------------------------------------------- single values


def parse_typed(text: str):
    """What a person typed into a value field: JSON where it is JSON, else the text itself."""
    stripped = text.strip()
    if not stripped:
        return ""
    if stripped[0] in '{["' or stripped in ("true", "false", "null") or looks_numeric(stripped):
        try:
            return jsontext.loads(stripped)
        except jsontext.JSONTextError as error:
            if stripped[0] in '{["':
                return Unparsable.make(f"This is not JSON: {error}", text)
    return text


def looks_numeric(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit()


def typed_text(value) -> str:
    """How a JSON value is shown so that `parse_typed` gives it back."""
    if isinstance(value, Unparsable):
        return value.typed
    if not isinstance(value, str):
        return pretty(value)
    back = parse_typed(value)
    plain = isinstance(back, str) and not isinstance(back, Unparsable) and back == value
    return value if plain and not CONTROL.search(value) else jsontext.dumps(value)


def pretty(value) -> str:
    """JSON to read: short on one line, else indented."""
    compact = simplejson.dumps(value, use_decimal=True, ensure_ascii=False)
    if len(compact) <= 60 or not isinstance(value, dict | list):
        return compact
    return simplejson.dumps(value, use_decimal=True, ensure_ascii=False, indent=2)


def parse_lines(text: str) -> list:
    lines = unix_lines(text).split("\n")
    return [parse_line(line) for line in lines if line.strip()]


def parse_line(line: str):
    """A line that looks like JSON and is none, such as the pattern `[a-z]+`, is a text."""
    value = parse_typed(line)
    return line if isinstance(value, Unparsable) else value


def lines_text(value) -> str:
    if value in (None, ""):
        return ""
    return "\n".join(line_text(item) for item in (value if isinstance(value, list) else [value]))


def line_text(value) -> str:
    if not isinstance(value, str):
        return jsontext.dumps(value)
    plain = value.strip() and not CONTROL.search(value) and "\n" not in value
    return value if plain and parse_line(value) == value else jsontext.dumps(value)


def unix_lines(text: str) -> str:
    """Browsers send every line break as CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_secret(data, name: str):
    value = data.get(name)
    place = parse_hidden(data, f"{name}-place", list)
    if value is None or not place:
        return value
    kept = KeptSecret(value)
    kept.place = tuple(place)
    return kept


def parse_hidden(data, name: str, kind: type):
    """JSON that the page itself wrote into a hidden field; anything else counts as empty."""
    try:
        value = jsontext.loads(data.get(name) or "")
    except jsontext.JSONTextError:
        return kind()
    return value if isinstance(value, kind) else kind()


def parse_pairs(data, name: str):
    rows = [
        tuple(unix_lines(data.get(f"{name}-{i}-{part}", "")) for part in ("name", "value"))
        for i in indices(data, name)
        if f"{name}-{i}-remove" not in data
    ]
    rows = [(key, text) for key, text in rows if key or text]
    pairs = {}
    for number, (key, text) in enumerate(rows, 1):
        value = parse_typed(text)
        reason = str(value) if isinstance(value, Unparsable) else ""
        if not key:
            reason = "Give this value a name."
        key = key_of(key)
        if key in pairs:
            reason = f"The name “{key}” is used twice."
        if reason:
            return Unparsable.make(f"Row {number}: {reason}", rows)
        pairs[key] = value
    return pairs


def key_text(key: str) -> str:
    """A name as it is shown; quoted where it could not be typed."""
    return jsontext.dumps(key) if not key or key[0] == '"' or CONTROL.search(key) else key


def key_of(text: str) -> str:
    value = parse_typed(text) if text.startswith('"') else text
    return value if type(value) is str else text


# ---------------------------------------------------------------- forms in forms


def parse_form(form_class: type[forms.Form], data, name: str) -> dict:
    """The settings of a nested form. A default that was not named before stays unnamed."""
    given = parse_hidden(data, f"{name}-given", list)
    values = {}
    for key, field in form_class.base_fields.items():
        if is_changed(data, name) and not is_posted(data, f"{name}-p-{key}"):
            continue  # The page did not show it yet: its default holds.
        value = parse_field(field, data, f"{name}-p-{key}")
        if key in given or not is_untouched(field, value):
            values[key] = value
    return values


def is_posted(data, name: str) -> bool:
    return any(key == name or key.startswith(f"{name}-") for key in data)


def parse_field(field: forms.Field, data, name: str):
    value = field.widget.value_from_datadict(data, {}, name)
    if not isinstance(value, str) or isinstance(value, Unparsable | KeptSecret):
        return value
    value = unix_lines(value)
    # What a browser cannot show travels along; it counts while the visible text is untouched.
    original = parse_hidden(data, f"{name}-was", str)
    return original if original and shown(original) == shown(value) else value


def shown(text: str) -> str:
    """A text as far as a browser gives it back."""
    return re.sub(r"[\x00-\x1f]", "", text)


def is_untouched(field: forms.Field, value) -> bool:
    default = empty_value(field)
    if is_empty(value):
        return is_empty(default)
    try:
        return field.clean(value) == default
    except forms.ValidationError:
        return False


def is_empty(value) -> bool:
    return value is None or value in ("", [], {})


# ---------------------------------------------------------------- lists


def indices(data, name: str) -> list[int]:
    """The rows of a list in the order in which they are shown."""
    count = min(number(data.get(f"{name}-count")), MOST_ROWS)
    return sorted(range(count), key=lambda i: (number(data.get(f"{name}-{i}-order"), i), i))


def is_identifier(value) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z0-9-]+", value))


def number(text, default=0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def parse_list(data, name: str, parse_item, copy_item) -> list:
    """The items of a list after the click on one of its buttons, if there was one."""
    items, moved = [], None
    for i in indices(data, name):
        row = f"{name}-{i}"
        if f"{row}-remove" in data:
            continue
        items.append(parse_item(row))
        if f"{row}-duplicate" in data:
            items.append(copy_item(items[-1]))
        for direction, step in (("up", -1), ("down", 1)):
            if f"{row}-{direction}" in data:
                moved = (len(items) - 1, step, direction)
    if moved:
        move(items, *moved)
    return items


def move(items: list, at: int, step: int, direction: str) -> None:
    to = min(max(at + step, 0), len(items) - 1)
    item = items.pop(at)
    items.insert(to, item)
    if isinstance(item, PostedStep):
        item.focused = direction


def parse_rows(form_class: type[forms.Form], data, name: str) -> list:
    rows = parse_list(
        data,
        name,
        lambda row: PostedStep(parse_form(form_class, data, row)),
        lambda row: PostedStep(row),
    )
    if f"{name}-add" in data:
        rows.append(PostedStep())
        rows[-1].focused = "first"
    return rows


# ---------------------------------------------------------------- components


def parse_component(registry, data, name: str):
    """The spec that is posted under a name; None where nothing was chosen."""
    chosen = data.get(f"{name}-prototype") or ""
    if chosen.startswith(SAVED):
        return chosen.removeprefix(SAVED)
    if not chosen:
        return None
    spec = PostedStep(prototype=chosen, parameters=parse_parameters(registry, data, name, chosen))
    if meta := parse_meta(data, name):
        spec["meta"] = meta
    spec.open = data.get(f"{name}-open") == "1" or is_changed(data, name)
    return spec


def parse_parameters(registry, data, name: str, prototype: str) -> dict:
    hidden = parse_hidden(data, f"{name}-more", dict)
    if prototype not in registry:
        return hidden
    component = registry[prototype]
    more = {key: value for key, value in hidden.items() if key in component.ignored}
    return parse_form(component.Parameters, data, name) | more


def parse_meta(data, name: str) -> dict:
    """What was there, with the name and the switch as they are now."""
    meta = parse_hidden(data, f"{name}-meta", dict)
    title = data.get(f"{name}-name")
    if title is not None and title != (meta.get("name") or ""):
        meta["name"] = title
        if not title:
            del meta["name"]
    disabled = f"{name}-disabled" in data
    if f"{name}-switch" in data and disabled != bool(meta.get("disabled")):
        meta["disabled"] = disabled
        if not disabled:
            del meta["disabled"]
    return meta


def parse_components(registry, data, name: str) -> list:
    steps = parse_list(data, name, lambda row: parse_component(registry, data, row), copied_step)
    chosen = data.get(f"{name}-new") or ""
    if chosen or f"{name}-add" in data:
        steps.append(new_step(chosen))
    return steps


def new_step(chosen: str):
    if not chosen or chosen.startswith(SAVED):
        return chosen.removeprefix(SAVED) or None
    step = PostedStep(prototype=chosen, parameters={})
    step.open, step.focused = True, "first"
    return step


def copied_step(step):
    if not isinstance(step, PostedStep):
        return step
    copied = PostedStep(step)
    copied.open, copied.focused = step.open, "first"
    return copied


# ---------------------------------------------------------------- what the visitor wants


def is_changed(data, name: str) -> bool:
    """Whether another type was chosen than the one whose settings are on the page."""
    shown_type = data.get(f"{name}-shown")
    return shown_type is not None and shown_type != (data.get(f"{name}-prototype") or "")


def changes_structure(data) -> bool:
    """Whether a POST only rearranges the page: a button other than Save, or a type just chosen."""
    ends = ("-add", "-remove", "-up", "-down", "-duplicate", "-apply")
    for key in data:
        if key.endswith(ends) and data.get(key) == CLICKED:
            return True
        if key.endswith("-new") and data.get(key) and f"{key[:-4]}-count" in data:
            return True
        if key.endswith("-shown") and has_new_type(data, key.removesuffix("-shown")):
            return True
    return False


CLICKED = "now"


def has_new_type(data, name: str) -> bool:
    chosen = data.get(f"{name}-prototype") or ""
    return is_changed(data, name) and bool(chosen) and not chosen.startswith(SAVED)
