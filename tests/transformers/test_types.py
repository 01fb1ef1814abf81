"""What every component of this floor must have."""

import re
from pathlib import Path

import pytest

from transformers import registries

REGISTRIES = {
    name: registry
    for name, registry in vars(registries).items()
    if isinstance(registry, registries.Registry)
}
OURS = [
    (name, component)
    for name, registry in REGISTRIES.items()
    for component in registry
    if component.__module__.startswith("transformers.types.")
]


@pytest.mark.parametrize(
    ("registry", "component"), OURS, ids=[f"{name}:{c.prototype}" for name, c in OURS]
)
def test_every_component_explains_itself_and_its_settings(registry, component):
    assert component.label
    assert component.help.endswith((".", ".”"))
    for name, field in component.Parameters.base_fields.items():
        assert field.label, f"{name} has no label"


def test_every_prototype_is_named_in_a_test():
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("*.py"))

    untested = {
        component.prototype
        for _, component in OURS
        if not re.search(rf"[\"']{re.escape(component.prototype)}[\"']", tests)
    }

    assert untested == set()


def test_labels_of_one_kind_differ():
    for name, registry in REGISTRIES.items():
        labels = [component.label for component in registry]
        assert len(labels) == len(set(labels)), name
