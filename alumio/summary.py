"""A component's settings in one line, for lists and for steps that are folded up.

A component may say it itself by a static method `summary(parameters) -> str`; else its first few
telling values do.
"""

from alumio.components import Registry
from alumio.fields import SecretField

MOST = 90


def title_of(spec, registry: Registry) -> str:
    """The name a person gave it, else the label of its type; of a saved one its identifier."""
    if isinstance(spec, str):
        return spec
    if not isinstance(spec, dict) or not spec.get("prototype"):
        return ""
    meta = spec.get("meta") or {}
    return meta.get("name") or label_of_type(spec["prototype"], registry)


def label_of_type(prototype: str, registry: Registry) -> str:
    return registry[prototype].label if prototype in registry else prototype


def summary_of(spec: dict, registry: Registry) -> str:
    """What the settings say, without the type: `sku, name, price`, `GET https://…`."""
    prototype = spec.get("prototype")
    if prototype not in registry:
        return ""
    component, parameters = registry[prototype], spec.get("parameters") or {}
    own = getattr(component, "summary", None)
    return shorten(own(parameters) if own else telling(component.Parameters, parameters))


def line_of(spec, registry: Registry) -> str:
    """Type and settings in one line."""
    if isinstance(spec, str):
        return spec
    if not isinstance(spec, dict):
        return ""
    return " · ".join(filter(None, (title_of(spec, registry), summary_of(spec, registry))))


def telling(form_class, parameters: dict) -> str:
    words = []
    for key, field in form_class.base_fields.items():
        if key in parameters:
            words.append(words_of(field, field.prepare_value(parameters[key])))
    return " · ".join([word for word in words if word][:3])


def words_of(field, value) -> str:
    """One setting in a few words; "" where it says nothing."""
    if isinstance(field, SecretField) or value in (None, "", [], {}, True, False):
        return ""
    if hasattr(field, "registry"):
        return words_of_components(field.registry, value)
    if hasattr(field, "form_class"):
        return words_of_forms(field.form_class, value)
    if isinstance(value, list):
        return enumerated([item for item in value if isinstance(item, str | int)])
    if isinstance(value, dict):
        return enumerated(list(value))
    return str(value)


def words_of_components(registry: Registry, value) -> str:
    if not isinstance(value, list):
        return line_of(value, registry)
    if len(value) == 1:
        return title_of(value[0], registry)
    return f"{len(value)} {registry.noun}s"


def words_of_forms(form_class, value) -> str:
    if isinstance(value, dict):
        field = form_class.base_fields.get("method")
        method = value.get("method") or (field and field.initial) or ""
        if uri := value.get("uri"):
            return f"{method} {uri}".strip()
        return telling(form_class, value)
    first = next(iter(form_class.base_fields), None)
    field = form_class.base_fields.get(first)
    return enumerated([words_of(field, row.get(first)) for row in value if isinstance(row, dict)])


def enumerated(words: list) -> str:
    shown = [str(word) for word in words if word not in ("", None)]
    rest = f" +{len(shown) - 4}" if len(shown) > 4 else ""
    return ", ".join(shown[:4]) + rest


def shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST else text[: MOST - 1] + "…"
