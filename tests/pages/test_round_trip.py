"""Spec → page → POST → spec changes nothing: whoever only looks and saves has changed nothing."""

import json
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from alumio import jsontext, posted
from alumio.components import MASK
from alumio.drawing import Place, draw_form
from alumio.fields import ComponentField, ComponentsField
from connectors import registries as ends
from tests.pages.posting import Form
from transformers import registries as changes

pytestmark = pytest.mark.django_db


def through_a_page(field, value):
    """What comes back when a value is drawn and the page is posted untouched."""
    html = f'<form id="configuration-form">{field.widget.draw("x", value, Place())}</form>'
    data = QueryDict(mutable=True)
    for name, text in Form(html).fields:
        data.appendlist(name, text)
    return field.widget.value_from_datadict(data, {}, "x")


def settled(field, value):
    return field.clean(json.loads(json.dumps(value))) if value is not None else None


# ---------------------------------------------------------------- values


def stored(text):
    """A number as the platform reads it: exact, as Decimal where a float would not be."""
    return jsontext.loads(text)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# fmt: off
AWKWARD = (
    "10", "1.10", "-0", "007", "null", "true", '"quoted"', "{", "[a-z]+", "[1, 2]", " x ", "\r\n",
    "\n", "a\nb", "\t", "", " ", "&{sku}", "${KEY}", "\x00", "\u2028", "</textarea>", "a\rb",
)
# fmt: on
awkward = st.sampled_from(AWKWARD)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    texts,
    awkward,
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: stored(repr(number))),
    st.decimals(-(10**9), 10**9, places=2).map(lambda number: stored(str(number))),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


@given(values)
def test_every_json_value_is_shown_so_that_it_is_read_back_as_it_was(value):
    back = posted.parse_typed(posted.unix_lines(posted.typed_text(value).replace("\n", "\r\n")))

    assert type(back) is type(value) or isinstance(back, int | float | Decimal)
    assert back == value


@given(st.lists(values, max_size=5))
def test_every_list_is_shown_in_lines_that_are_read_back_as_it_was(value):
    back = posted.parse_lines(posted.lines_text(value).replace("\n", "\r\n"))

    assert back == value
    assert [type(item) is str for item in back] == [type(item) is str for item in value]


# ---------------------------------------------------------------- generated specs

REGISTRIES = (
    changes.entity_transformers,
    changes.data_transformers,
    changes.mappers,
    changes.conditions,
    changes.filters,
    changes.accessors,
    ends.subscribers,
    ends.publishers,
    ends.clients,
    ends.authentications,
    ends.paginations,
    ends.parsers,
)


def every_component():
    return [
        pytest.param(registry, component.prototype, id=f"{registry.noun}-{component.prototype}")
        for registry in REGISTRIES
        for component in registry
    ]


@st.composite
def specs(draw, registry, prototype=None, depth=2):
    """A spec with settings that may or may not be valid: what a page shows must survive anyway."""
    prototype = prototype or draw(st.sampled_from([c.prototype for c in registry]))
    parameters = draw(forms_values(registry[prototype].Parameters, depth))
    meta = draw(
        st.sampled_from([{}, {"name": "Mine"}, {"disabled": True}, {"name": "", "note": [1]}])
    )
    return {"prototype": prototype, "parameters": parameters} | ({"meta": meta} if meta else {})


@st.composite
def forms_values(draw, form_class, depth):
    chosen = {}
    for name, field in form_class.base_fields.items():
        if draw(st.booleans()):
            chosen[name] = draw(field_values(field, depth))
    return chosen


def field_values(field, depth):
    from django import forms

    from alumio import fields

    if isinstance(field, fields.ComponentsField):
        return st.lists(specs(field.registry, depth=depth - 1), max_size=2 if depth else 0)
    if isinstance(field, fields.ComponentField):
        return specs(field.registry, depth=depth - 1) if depth > 0 else st.none()
    if isinstance(field, fields.GroupField):
        return forms_values(field.form_class, depth)
    if isinstance(field, fields.RowsField):
        return st.lists(forms_values(field.form_class, depth - 1), max_size=2)
    if isinstance(field, fields.ListField):
        return st.lists(scalars, max_size=3)
    if isinstance(field, fields.ObjectField):
        return st.dictionaries(texts, values, max_size=3)
    if isinstance(field, fields.JSONField) and isinstance(field.widget, forms.Textarea):
        return values
    if isinstance(field, forms.BooleanField):
        return st.booleans()
    if isinstance(field, fields.SecretField):
        return st.sampled_from(["", MASK, "${PASSWORD}"])
    if isinstance(field, forms.MultipleChoiceField):
        return st.lists(st.sampled_from([str(k) for k, _ in field.choices]), unique=True)
    if isinstance(field, forms.ChoiceField):
        return st.sampled_from([str(key) for key, _ in field.choices] or [""])
    if isinstance(field, forms.IntegerField | forms.FloatField | forms.DecimalField):
        return st.integers(1, 99)
    return st.one_of(texts, awkward)


def comparable(registry, spec):
    """As cleaning would take it: a number typed into a page arrives as its text, for example."""
    if not isinstance(spec, dict):
        return spec
    component = registry[spec["prototype"]]
    return spec | {"parameters": comparable_form(component.Parameters, spec.get("parameters", {}))}


def comparable_form(form_class, parameters):
    return {
        name: comparable_value(form_class.base_fields[name], value)
        for name, value in parameters.items()
    }


def comparable_value(field, value):
    from django import forms

    from alumio import fields

    if isinstance(field, fields.ComponentsField):
        return [comparable(field.registry, item) for item in value]
    if isinstance(field, fields.ComponentField):
        return comparable(field.registry, value)
    if isinstance(field, fields.GroupField):
        return comparable_form(field.form_class, value)
    if isinstance(field, fields.RowsField):
        return [comparable_form(field.form_class, row) for row in value]
    if isinstance(field, forms.IntegerField | forms.FloatField | forms.DecimalField):
        return float(value) if value not in (None, "") else None
    return field.prepare_value(value)


@pytest.mark.parametrize(("registry", "prototype"), every_component())
def test_a_page_gives_back_the_settings_it_shows(registry, prototype):
    field = ComponentField(registry)

    @settings(max_examples=10, deadline=None)
    @given(specs(registry, prototype))
    def check(spec):
        assert comparable(registry, through_a_page(field, spec)) == comparable(registry, spec)

    check()


@settings(max_examples=25, deadline=None)
@given(st.lists(specs(changes.entity_transformers), max_size=3))
def test_a_page_gives_back_a_list_of_steps_in_order(steps):
    registry = changes.entity_transformers
    back = through_a_page(ComponentsField(registry), steps)

    assert [comparable(registry, s) for s in back] == [comparable(registry, s) for s in steps]


def test_what_a_page_cannot_show_is_kept():
    ignored = {"prototype": "http-client", "parameters": {"development": {"a": [1, None]}}}
    unknown = {"prototype": "from-elsewhere", "parameters": {"x": 1}, "meta": {"name": "Old"}}

    assert through_a_page(ComponentField(ends.clients), ignored) == ignored
    assert through_a_page(ComponentField(ends.clients), unknown) == unknown


def test_a_setting_at_its_default_is_not_written_into_a_spec_that_does_not_name_it():
    form = ends.clients["http-client"].Parameters
    html = f'<form id="configuration-form">{draw_form(form, "x", {}, Place())}</form>'
    data = QueryDict(mutable=True)
    data.update(dict(Form(html).fields))

    assert posted.parse_form(form, data, "x") == {}
