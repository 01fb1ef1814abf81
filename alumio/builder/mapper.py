"""The mapper: the panel of a step that maps fields, as two columns."""

from alumio import jsontext
from alumio.builder import mapping
from alumio.builder.mapping import NAME
from alumio.builder.panels import Drawn, StepPanel
from alumio.builder.table import Table
from alumio.located import Located
from transformers.models import EntitySchema


class MapperPanel(StepPanel):
    """Any step. One that is a mapping opens as two columns; `as_steps` it is a form like others."""

    as_steps = False
    table: Table | None = None

    def draw(self, data=None, **how) -> Drawn:
        wanted = data.get("as") if data is not None else ""
        self.as_steps = wanted == "steps" or (data is not None and is_form(data) and not wanted)
        return super().draw(data, **how)

    def spec(self, data):
        if is_form(data):
            return forgetting(super().spec(data))
        self.table = Table.of_post(data)
        self.table.complete()
        return self.table.step()

    def own(self, errors: list[Located]) -> list[Located]:
        table = self.table.errors if self.table else []
        return super().own(errors) + [Located(pair.error) for _, pair in table]

    def fill(self, drawn: Drawn, form, values, errors, readonly: bool) -> None:
        spec = values[self.place.list][self.place.index]
        table = self.table or Table.of_step(spec)
        if table is None or self.as_steps:
            drawn.fits_mapper = table is not None and not readonly
            super().fill(drawn, form, values, super().own(errors), readonly)
            return
        drawn.mapper = Columns(table.complete(), readonly)
        drawn.title = table.meta.get("name") or NAME
        drawn.problems = problems(table, super().own(errors)) if errors else []


def is_form(data) -> bool:
    """Whether the ordinary form of a step was posted."""
    return "mapper" not in data


def forgetting(spec):
    """A step without the unfinished rows of a mapping that it is no longer."""
    meta = spec.get("meta") if isinstance(spec, dict) else None
    if not meta or "mapping" not in meta or mapping.read(spec):
        return spec
    del meta["mapping"]
    if not meta:
        del spec["meta"]
    return spec


def problems(table: Table, others: list[Located]) -> list[dict]:
    rows = [
        {"words": pair.target or pair.text, "reason": pair.error, "anchor": f"id_pairs-{n}-text"}
        for n, pair in table.errors
    ]
    more = [{"words": " › ".join(e.words[2:]), "reason": e.reason, "anchor": ""} for e in others]
    return rows + more


class Columns:
    """The two columns as their template needs them."""

    def __init__(self, table: Table, readonly: bool = False, said: str = "", wrong: str = ""):
        self.table, self.readonly, self.said, self.wrong = table, readonly, said, wrong

    @property
    def pairs(self) -> list[dict]:
        return [
            {
                "number": number,
                "it": pair,
                "mappers": jsontext.dumps(pair.mappers) if pair.mappers else "",
                "is_value": pair.kind == "value",
            }
            for number, pair in enumerate(self.table.pairs)
        ]

    @property
    def next(self) -> int:
        return len(self.table.pairs)

    @property
    def more(self) -> str:
        return jsontext.dumps(self.table.more)

    @property
    def meta(self) -> str:
        return jsontext.dumps(self.table.meta)

    @property
    def filters(self) -> int:
        return len(self.table.more.get("filters") or [])

    @property
    def schemas(self) -> list[tuple[str, str]]:
        return list(EntitySchema.objects.order_by("name").values_list("identifier", "name"))

    @property
    def mapped(self) -> int:
        return sum(bool(pair.target) and not pair.is_open for pair in self.table.pairs)

    @property
    def lacking(self) -> int:
        return sum(pair.lacks for pair in self.table.pairs)
