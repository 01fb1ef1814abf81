"""A mapping of fields, read from and written as the ordinary data transformers that it is kept as.

    value-remover   mapped
    value-setter    mapped.name = &{customer.name}     every row reads the record as it arrived
                    mapped.lines = &{items && to_array(items)}
    node            mapped.lines.*: the same steps, within each item
    key-filter      keeps only mapped
    pattern-move    mapped.* -> $1
    value-remover   mapped

Nothing is read after it was overwritten, and a list stays a list though a field is missing in some
of its items; what XML gives as one item is a list of one. Without the key-filter the record keeps
its other fields.
"""

import re
from dataclasses import dataclass, field

from alumio import jsontext
from transformers import outline, paths
from transformers.outline import EACH

Place = tuple[str | int | None, ...]
"""Keys, indices, and EACH for each item of a list."""
NAME, ROOT = "Map fields", "mapped"
MUST, MAY = "&", "?"
AS_LIST = " && to_array({})"
"""Makes one item a list of one, and leaves nothing nothing."""


@dataclass(frozen=True)
class Row:
    """One field of the target. Its value is that of a field at `source`, or else `value`, which is
    any JSON with placeholders; in a list both are of the item."""

    target: Place
    source: Place | None = None
    value: object = None
    missing: bool = False
    mappers: list | None = None


@dataclass(frozen=True)
class Mapping:
    """`root` is where the target is built; `more` the other settings of the step."""

    rows: list[Row]
    root: str = ROOT
    keep: bool = False
    more: dict = field(default_factory=dict)
    meta: dict = field(default_factory=dict)


# -- writing ------------------------------------------------------------------------------------


def write(mapping: Mapping) -> dict:
    """The step of a mapping whose rows fit together. Without rows it changes nothing."""
    steps = _steps(mapping.rows, mapping.root, mapping.keep) if mapping.rows else []
    spec = {"prototype": "data", "parameters": mapping.more | {"transformers": steps}}
    return spec | ({"meta": mapping.meta} if mapping.meta else {})


def _step(prototype: str, **parameters) -> dict:
    return {"prototype": prototype, "parameters": parameters}


def _steps(rows: list[Row], root: str, keep: bool) -> list[dict]:
    values: dict[str, dict] = {}
    nodes = []
    # An item that is no map is replaced by the first value that is set in it.
    for row in sorted(rows, key=lambda row: row.source != ()):
        if EACH not in row.target:
            values[_key(root, row.target)] = _setting(row, root)
        elif (key := _key(root, before(row.target))) not in values:
            inner = [each for each in rows if before(each.target) == before(row.target)]
            values[key] = {"key": key, "value": _items(inner)}
            nodes.append(_each(key, [_inside(each) for each in inner], root))
    setter = _step("value-setter", configurations=list(values.values()))
    return [_without(root), setter, *nodes, *_end(root, keep)]


def _without(root: str) -> dict:
    return _step("value-remover", patterns=[{"key": paths.quote(root)}])


def _key(root: str, place: Place) -> str:
    return paths.join((root, *place))


def _setting(row: Row, root: str) -> dict:
    value = row.value if row.source is None else placeholder(row.source, row.missing)
    setting = {"key": _key(root, row.target), "value": value}
    return setting if row.mappers is None else setting | {"mappers": row.mappers}


def _items(rows: list[Row]) -> str:
    """The list that the items come from. It may be missing where all that is read of it may."""
    read = [row for row in rows if row.source is not None]
    text = expression(before(read[0].source))
    sign = MAY if all(row.missing for row in read) else MUST
    return f"{sign}{{{text}{AS_LIST.format(text)}}}"


def _each(key: str, rows: list[Row], root: str) -> dict:
    accessor = _step("pattern", pattern=f"{key}.*")
    return _step("node", accessor=accessor, nodeTransformers=_steps(rows, root, False))


def _inside(row: Row) -> Row:
    source = row.source and after(row.source)
    return Row(after(row.target), source, row.value, row.missing, row.mappers)


def _end(root: str, keep: bool) -> list[dict]:
    others = _step("not-one-of", value=[root])
    only = _step("key-filter", accessor=_step("key", keys=[]), conditions=[others])
    move = _step("pattern-move", pattern=f"{paths.quote(root)}.*", replacement="$1")
    return [*([] if keep else [only]), move, _without(root)]


def before(place: Place) -> Place | None:
    """The place of the outermost list; None where there is no list."""
    return place[: place.index(EACH)] if EACH in place else None


def after(place: Place) -> Place:
    """The place within an item of the outermost list."""
    return place[place.index(EACH) + 1 :]


def free_root(rows: list[Row], known=(), wanted: str = ROOT) -> str:
    """A name for the root that is in nobody's way: no key of the rows, none of these `known`."""
    used = {key for row in rows for key in (*row.target, *(row.source or ()))} | set(known)
    texts = jsontext.dumps([row.value for row in rows if row.source is None])
    numbers = range(2, len(used) + 1000)
    names = [wanted, ROOT, *(f"{ROOT}{number}" for number in numbers)]
    return next(name for name in names if name not in used and name not in texts)


# -- placeholders -------------------------------------------------------------------------------

_PART = re.compile(r'\[(\d+)\]|\.?("(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*)')


def placeholder(place: Place, missing: bool) -> str:
    return f"{MAY if missing else MUST}{{{expression(place)}}}"


def expression(place: Place) -> str:
    """How a placeholder names a place without EACH: `customer."e-mail"`, `items[0]`, `@`."""
    text = "".join(
        f"[{key}]" if isinstance(key, int) else f".{outline.Field((key,), '').expression}"
        for key in place
    )
    return text.removeprefix(".") or "@"


def source_of(value) -> tuple[Place, bool] | None:
    """The place that a placeholder names, and whether it may be missing; None for other values."""
    if not isinstance(value, str) or value[:2] not in ("&{", "?{"):
        return None
    text, missing = value[2:-1], value[0] == MAY
    parts = [int(i) if i else jsontext.loads(k) if k[0] == '"' else k for i, k in _parts(text)]
    return (tuple(parts), missing) if placeholder(tuple(parts), missing) == value else None


def list_source_of(value: str) -> Place:
    """The place of the list that items come from."""
    text, _, _ = value[2:-1].partition(AS_LIST.partition("{")[0])
    found = source_of(f"{value[:2]}{text}}}")
    if found is None:
        raise ValueError("These items come from no list.")
    return found[0]


def _parts(text: str) -> list[tuple[str, str]]:
    return [(found[1] or "", found[2] or "") for found in _PART.finditer(text)]


# -- reading ------------------------------------------------------------------------------------


def read(spec) -> Mapping | None:
    """The mapping that a step is; None for any other step."""
    try:
        mapping = _mapping(spec)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    return mapping if write(mapping) == spec else None


def _mapping(spec: dict) -> Mapping:
    more = dict(spec["parameters"])
    steps, meta = more.pop("transformers"), spec.get("meta") or {}
    if not steps:
        if "mapping" not in meta:
            raise ValueError("This step does nothing yet.")
        return Mapping([], more=more, meta=meta)
    (root,) = paths.parse_place(steps[-1]["parameters"]["patterns"][0]["key"])
    keep = all(step["prototype"] != "key-filter" for step in steps)
    return Mapping(_rows(steps), root, keep, more, meta)


def _rows(steps: list[dict]) -> list[Row]:
    lists = {
        step["parameters"]["accessor"]["parameters"]["pattern"]: step["parameters"]
        for step in steps
        if step["prototype"] == "node"
    }
    rows = []
    for setting in steps[1]["parameters"]["configurations"]:
        target = paths.parse_place(setting["key"])[1:]
        if node := lists.get(f"{setting['key']}.*"):
            source = list_source_of(setting["value"])
            rows += [_outside(target, source, row) for row in _rows(node["nodeTransformers"])]
        else:
            rows.append(_row(target, setting))
    return rows


def _row(target: Place, setting: dict) -> Row:
    found, mappers = source_of(setting["value"]), setting.get("mappers")
    if found is None:
        return Row(target, None, setting["value"], mappers=mappers)
    return Row(target, found[0], None, found[1], mappers)


def _outside(target: Place, source: Place, row: Row) -> Row:
    outer = None if row.source is None else (*source, EACH, *row.source)
    return Row((*target, EACH, *row.target), outer, row.value, row.missing, row.mappers)
