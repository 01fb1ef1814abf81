"""How a step is called and what is in it, told alike on the line, in its panel and of what is done.

The step “Data” is told by what is in it where that is one thing, since that is what was chosen.
"""

from typing import NamedTuple

from alumio.builder import mapping
from alumio.builder.document import Document
from alumio.builder.pairs import in_a_line
from alumio.components import Registry
from alumio.summary import label_of_type, summary_of
from transformers import wording
from transformers.registries import data_transformers, entity_transformers

KEEP_SOME = "Keep only some records"


class Told(NamedTuple):
    """`kind` is the small line over the title."""

    kind: str
    title: str
    summary: str


def told(document: Document, spec) -> Told:
    if isinstance(spec, str):
        part = document.part("transformer", spec)
        step = part.data.get("step") if part else None
        summary = " · ".join(filter(None, in_short(step))) if isinstance(step, dict) else spec
        return Told("Saved transformer", part.name if part else spec, summary)
    if not isinstance(spec, dict):
        return Told("Transformer", "Choose a transformer", "")
    label, summary = in_short(spec)
    name = (spec.get("meta") or {}).get("name")
    kind = label if name and name != label else "Transformer"
    return Told(kind, name or label, summary)


def in_short(spec: dict) -> tuple[str, str]:
    """What a step does, and its settings in a line."""
    parameters = spec.get("parameters") or {}
    if found := mapping.read(spec):
        tests = wording.asked(found.more.get("filters") or [])
        parts = (tests and f"only if {tests}", in_a_line(found.rows))
        return mapping.NAME, " · ".join(filter(None, parts))
    asked, done = parameters.get("filters") or [], parameters.get("transformers") or []
    if spec.get("prototype") == "data":
        if asked and not done:
            return KEEP_SOME, wording.asked(asked)
        if len(done) == 1 and not asked and isinstance(done[0], dict):
            return labelled(done[0], data_transformers)
    return labelled(spec, entity_transformers)


def labelled(spec: dict, registry: Registry) -> tuple[str, str]:
    label = label_of_type(spec.get("prototype") or "", registry)
    return label or "Choose a transformer", summary_of(spec, registry)
