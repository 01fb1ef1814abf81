"""The mapper's two columns: read from a step or from what was posted, and the step they make."""

import re
from dataclasses import dataclass, field

from alumio import posted
from alumio.builder import mapping
from alumio.builder.document import LISTS
from alumio.builder.mapping import NAME, ROOT, Mapping
from alumio.builder.matching import wanted
from alumio.builder.pairs import FIELD, VALUE, Pair, pairs_of, understand
from alumio.located import Located
from transformers import outline
from transformers.models import EntitySchema

NUMBER = re.compile(r"pairs-(\d+)-target")


def new_step() -> dict:
    """The step that "Map fields" begins with; it changes nothing."""
    return mapping.write(Mapping([], more={"filters": []}, meta={"name": NAME, "mapping": {}}))


@dataclass
class Table:
    """`target` is the entity schema whose fields are wanted; `more` what else the step has, and
    `known` keys of what arrives that the mapping must keep clear of."""

    pairs: list[Pair] = field(default_factory=list)
    target: str = ""
    keep: bool = False
    root: str = ROOT
    more: dict = field(default_factory=dict)
    meta: dict = field(default_factory=dict)
    known: list[str] = field(default_factory=list)

    @classmethod
    def of_step(cls, spec) -> "Table | None":
        """None where the step is no mapping."""
        found = mapping.read(spec)
        if found is None:
            return None
        kept = remembered(found.meta)
        pairs = pairs_of(found.rows)
        pairs += [Pair.of_json(each) for each in kept["unfinished"]]
        pairs += [Pair(target=target) for target in kept["fields"]]
        return cls(pairs, kept["target"], found.keep, found.root, found.more, found.meta)

    @classmethod
    def of_post(cls, data) -> "Table":
        numbers = sorted(int(found[1]) for name in data if (found := NUMBER.fullmatch(name)))
        more = posted.parse_hidden(data, "mapper-more", dict)
        return cls(
            pairs=[pair for number in numbers if (pair := posted_pair(data, f"pairs-{number}"))],
            target=data.get("mapper-target", ""),
            keep="mapper-keep" in data,
            root=data.get("mapper-root") or ROOT,
            more={name: value for name, value in more.items() if isinstance(value, list)},
            meta=posted.parse_meta(data, "step"),
            known=data.getlist("mapper-known"),
        )

    def step(self) -> dict:
        """The step that keeps all of it; what is not finished yet is remembered beside it."""
        rows = understand(self.pairs).rows
        meta = {name: value for name, value in self.meta.items() if name != "mapping"}
        kept = {name: value for name, value in self.to_remember().items() if value}
        if kept or not rows:
            meta["mapping"] = kept
        root = mapping.free_root(rows, self.known, self.root)
        return mapping.write(Mapping(rows, root, self.keep, self.more, meta))

    def to_remember(self) -> dict:
        known = {each.pattern for each in self.wanted()}
        return {
            "target": self.target,
            "fields": [p.target for p in self.pairs if p.is_open and p.target not in known],
            "unfinished": [pair.as_json() for pair in self.pairs if pair.error],
        }

    def wanted(self) -> list[outline.Field]:
        """The fields of the target that its schema names."""
        schema = self.target and EntitySchema.objects.filter(identifier=self.target).first()
        return wanted(outline.of_schema(schema.schema)) if schema else []

    def complete(self) -> "Table":
        """The same with all fields of the target, first and in its order, and what is wrong."""
        there = {pair.target: pair for pair in self.pairs}
        ours = [self._about(each, there.get(each.pattern)) for each in self.wanted()]
        named = {pair.target for pair in ours}
        self.pairs = ours + [pair for pair in self.pairs if pair.target not in named]
        understand(self.pairs)
        return self

    @staticmethod
    def _about(wanted: outline.Field, pair: Pair | None) -> Pair:
        pair = pair or Pair(wanted.pattern)
        pair.type, pair.required, pair.about = wanted.type, wanted.required, wanted.example
        return pair

    @property
    def errors(self) -> list[tuple[int, Pair]]:
        """The pairs that something is wrong with, by their numbers."""
        return [(number, pair) for number, pair in enumerate(self.pairs) if pair.error]


def posted_pair(data, name: str) -> Pair | None:
    """A row as it was posted; None where nothing was typed."""
    pair = Pair(
        target=data.get(f"{name}-target", "").strip(),
        text=posted.unix_lines(data.get(f"{name}-text", "")),
        kind=VALUE if data.get(f"{name}-kind") == VALUE else FIELD,
        missing=f"{name}-missing" in data,
        mappers=posted.parse_hidden(data, f"{name}-mappers", list) or None,
    )
    return pair if pair.target or pair.text else None


def remembered(meta: dict) -> dict:
    """What a mapping's meta holds beside its rows; what was written by hand and is wrong is not."""
    kept = meta.get("mapping")
    kept = kept if isinstance(kept, dict) else {}
    texts, pairs = kept.get("fields") or [], kept.get("unfinished") or []
    return {
        "target": kept.get("target") if isinstance(kept.get("target"), str) else "",
        "fields": [each for each in texts if isinstance(each, str)],
        "unfinished": [each for each in pairs if isinstance(each, dict)],
    }


def unfinished(data: dict) -> list[Located]:
    """The rows of the mappings in a configuration that cannot be stored yet."""
    found = []
    for name in LISTS:
        for index, spec in enumerate(data.get(name) or []):
            found += [located(error, name, index) for error in errors_of(spec)]
    return found


def errors_of(spec) -> list[Pair]:
    meta = spec.get("meta") if isinstance(spec, dict) else None
    table = Table.of_step(spec) if isinstance(meta, dict) and "mapping" in meta else None
    return [pair for _, pair in table.complete().errors] if table else []


def located(pair: Pair, name: str, index: int) -> Located:
    words = (name, f"step {index + 1}", pair.target or pair.text)
    return Located(pair.error, (name, index), words)
