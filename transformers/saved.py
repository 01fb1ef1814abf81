"""What a string in the place of a transformer stands for."""

from alumio.configuration import named, note_use
from transformers.models import SavedTransformer


def saved_transformer(identifier: str) -> dict | str | None:
    """The step saved under this identifier; a disabled one lets everything pass (Alumio §7)."""
    saved = named(SavedTransformer, identifier)
    if saved is None:
        return None
    note_use(saved)
    if saved.enabled:
        return saved.step
    return {"prototype": "chain", "parameters": {"transformers": []}}


def saved_transformers() -> list[tuple[str, str]]:
    """The saved transformers to choose from: identifier and name."""
    return list(SavedTransformer.objects.order_by("name").values_list("identifier", "name"))
