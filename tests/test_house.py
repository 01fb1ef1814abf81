"""Rules of the house that a linter cannot see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from alumio.components import Registry
from alumio.configuration import Configuration
from alumio.states import StateQuerySet
from connectors import registries as connecting
from scheduler.webhooks import registries as calling
from transformers import registries as transforming

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("alumio", "transformers", "connectors", "routes", "tasks", "scheduler")
LONGEST = 400
"""Lines of a module."""


def sources() -> list[Path]:
    found = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def components() -> list:
    registries = [
        value
        for module in (transforming, connecting, calling)
        for value in vars(module).values()
        if isinstance(value, Registry)
    ]
    every = {component for registry in registries for component in registry}
    ours = [c for c in every if c.__module__.split(".")[0] in FLOORS]
    return sorted(ours, key=lambda component: component.__module__ + component.__qualname__)


def is_writer(node: ast.AST) -> bool:
    """Whether this calls something that writes rows and gives it a status, or sets one."""
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Attribute) and t.attr == "status" for t in node.targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        writes = {"update", "create", "get_or_create", "update_or_create", "bulk_update"}
        return node.func.attr in writes and any(k.arg == "status" for k in node.keywords)
    return False


def test_a_status_is_written_by_a_move_and_by_nothing_else():
    writers = {where.split(":")[0] for where, node in nodes() if is_writer(node)}

    assert writers <= {"alumio/states.py", "connectors/http.py"}


def test_rows_with_a_status_have_a_machine_that_knows_all_of_it():
    stateful = [m for m in apps.get_models() if isinstance(m._default_manager.all(), StateQuerySet)]

    assert {model.__name__ for model in stateful} >= {"Task", "Process"}
    for model in stateful:
        known = {value for value, _ in model._meta.get_field("status").choices}
        for verb in model.machine.verbs.values():
            assert {*verb.sources, verb.target} <= known
            assert verb.actor in {"process", "repair", "person"}
            assert bool(verb.label) == (verb.actor == "person")


@pytest.mark.parametrize("component", components(), ids=lambda c: f"{c.__module__}.{c.prototype}")
def test_every_component_says_what_it_is(component):
    assert component.label
    assert component.help


def test_there_are_components_to_look_at():
    assert len(components()) > 60


def test_every_configuration_has_a_kind_and_content():
    configurations = [m for m in apps.get_models() if issubclass(m, Configuration)]

    assert len({model.kind for model in configurations}) == len(configurations) >= 6
    for model in configurations:
        fields = {field.name for field in model._meta.get_fields()}
        assert set(model.content_fields) <= fields
        assert model.content_fields


def test_no_module_is_called_after_nothing():
    empty = {"utils", "helpers", "services", "misc", "common", "base"}

    assert not [path for path in sources() if path.stem in empty]


def test_no_module_is_longer_than_can_be_read():
    lengths = {path: path.read_text().count("\n") for path in sources()}

    assert not {str(path): n for path, n in lengths.items() if n > LONGEST}


def test_every_module_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.stem not in {"__init__", "apps"}
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert silent == []


def test_nothing_waits_for_another_system_inside_a_transaction():
    """The modules that hold transactions know nothing of HTTP."""
    for path in sources():
        text = path.read_text()
        if "transaction.atomic" in text:
            assert "import httpx" not in text
            assert "HttpClient(" not in text


def test_no_regular_expression_repeats_a_group_possessively():
    """Before Python 3.11.5, which Debian is, such a repeat goes wrong now and then."""
    possessive = re.compile(r"\)[*+?]\+|\)\{[0-9,]+\}\+|\(\?>")
    texts = [
        f"{where} {node.value!r}"
        for where, node in nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        if possessive.search(
            node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        )
    ]

    assert texts == []
