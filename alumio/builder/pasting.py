"""Steps from the clipboard: the exports' shape, one step or a list of them."""

from django.core.exceptions import ValidationError

from alumio import jsontext
from alumio.builder.creating import Refused
from alumio.exchange.variables import without_secrets
from alumio.fields import ComponentsField
from alumio.located import flatten, located
from transformers.registries import data_transformers, entity_transformers

MOST = 200


def text_of(spec) -> str:
    field = ComponentsField(entity_transformers)
    return jsontext.dumps(without_secrets({"step": field}, {"step": [spec]}, "copied")["step"][0])


def specs_in(text: str) -> list:
    """Clean specs, ready to be put into a line. Raises Refused with what is wrong and where.

    A step that changes data comes inside the step "Data", which alone may stand in a line."""
    try:
        value = jsontext.loads(text)
    except jsontext.JSONTextError as error:
        raise Refused(f"This is not a copied step: it is no JSON ({error}).") from None
    given = value if isinstance(value, list) else [value]
    if not given or len(given) > MOST:
        raise Refused(f"Copy between one and {MOST} steps.")
    return [_clean(spec, number) for number, spec in enumerate(given, 1)]


def _clean(spec, number: int):
    try:
        return entity_transformers.clean(_inside_data(spec))
    except ValidationError as error:
        first = located(flatten(error)[0])
        raise Refused(f"Step {number} cannot be pasted. {first.message}") from None


def _inside_data(spec):
    prototype = spec.get("prototype") if isinstance(spec, dict) else None
    if not isinstance(prototype, str) or prototype in entity_transformers:
        return spec
    if prototype not in data_transformers:
        return spec
    parameters = {"filters": [], "transformers": [spec]}
    return {"prototype": "data", "parameters": parameters}
