"""The language in settings: `${NAME}`, `&{path}`, `?{path}`, `@{scope.…}` (reference §6)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformers import placeholders
from transformers.context import Context
from transformers.errors import MissingValue, PlaceholderError

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.text(),
)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


def value_of(template, data=None, **context):
    return placeholders.compile(template)(data, Context(**context))


def test_a_text_with_placeholders_is_put_together():
    person = {"first_name": "Jane", "last_name": "Doe"}

    assert value_of("&{first_name} &{last_name}", person) == "Jane Doe"


def test_a_field_that_is_one_placeholder_keeps_the_type():
    data = {"a": {"b": [1, {"c": None}]}}

    assert value_of("&{a.b}", data) == [1, {"c": None}]
    assert value_of("&{a.b[0]}", data) == 1
    assert value_of("&{a.b[-1].c}", data) is None
    assert value_of("&{@}", data) == data


def test_values_within_text_are_exact():
    data = {
        "big": 10**30,
        "price": Decimal("1.10"),
        "yes": True,
        "no": False,
        "nothing": None,
        "list": [1, {"a": "ü"}],
    }

    text = value_of("&{big}|&{price}|&{yes}|&{no}|&{nothing}|&{list}", data)

    assert text == '1000000000000000000000000000000|1.10|true|false||[1,{"a":"ü"}]'


def test_a_missing_path_fails_with_the_placeholder_and_the_path():
    with pytest.raises(MissingValue, match=r"&\{customer\.email\}.*“customer\.email” is missing"):
        value_of("&{customer.email}", {"customer": {}})


def test_null_is_not_missing():
    assert value_of("&{email}", {"email": None}) is None
    assert value_of("to: &{email}", {"email": None}) == "to: "


def test_the_lenient_placeholder_gives_null_or_nothing():
    assert value_of("?{customer.email}", {}) is None
    assert value_of("locale:?{locale}|scope:?{scope}", {"scope": None}) == "locale:|scope:"
    assert value_of("?{length(items)}", {}) is None


def test_defaults_in_back_ticks_are_json_or_else_text():
    assert value_of("&{a || `[]`}", {}) == []
    assert value_of("&{a || `1`}", {}) == 1
    assert value_of("&{a || `approved`}", {}) == "approved"
    assert value_of("&{a || ``}", {}) == ""
    assert value_of("&{a || `null`}", {}) is None
    assert value_of("&{a || ''}", {}) == ""


def test_a_fallback_is_missing_only_when_no_alternative_exists():
    assert value_of("&{identifier || code}", {"code": "x"}) == "x"
    assert value_of("&{identifier || code}", {"identifier": None}) is None
    assert value_of("&{n || `1`}", {"n": 0}) == 0
    with pytest.raises(MissingValue):
        value_of("&{identifier || code}", {})


def test_an_expression_that_gives_null_is_missing():
    data = {"items": [{"sku": "123", "price": 150}]}

    assert value_of("&{items[?sku=='123'].price | [0]}", data) == 150
    with pytest.raises(MissingValue):
        value_of("&{items[?sku=='9'].price | [0]}", data)


def test_jmespath_of_the_documentation_works():
    apis = {"api": [{"type": "rest", "name": "a"}, {"type": "soap"}, {"type": "rest", "name": "b"}]}

    assert value_of("&{sort(@)}", [10, 6, 8, 12]) == [6, 8, 10, 12]
    assert value_of("&{map(&a, sort_by(@, &a))}", [{"a": 2}, {"a": 1}]) == [1, 2]
    assert value_of("&{api[?type=='rest'].name}", apis) == ["a", "b"]


def test_exact_decimals_are_numbers_in_expressions():
    data = {"prices": [Decimal("1.10"), 2, 0.5]}

    assert value_of("&{sum(prices)}", data) == 3.6
    assert value_of("&{max(prices)}", data) == 2
    assert value_of("&{prices[0] == `1.1`}", data) is True
    assert value_of("&{to_string(prices)}", data) == "[1.10,2,0.5]"


def test_keys_in_quotes_braces_in_literals_and_nested_maps_are_understood():
    data = {"product ID": 7, "@cfg": {"stock": 3}}

    assert value_of('&{"product ID"}', data) == 7
    assert value_of('&{"@cfg".stock}', data) == 3
    assert value_of('&{{"id": "product ID", brace: \'}\'}}', data) == {"id": 7, "brace": "}"}


def test_json_with_placeholders_at_any_depth_is_filled():
    template = {"&{name}": ["&{n}", {"q": "n is &{n}", "fixed": [1]}], "plain": None}

    filled = value_of(template, {"name": "x", "n": 5})

    assert filled == {"x": [5, {"q": "n is 5", "fixed": [1]}], "plain": None}


def test_what_comes_out_is_a_copy():
    template = placeholders.compile({"fixed": [], "found": "&{list}"})
    data = {"list": [1]}

    first = template(data, Context())
    first["fixed"].append(1)
    first["found"].append(2)

    assert template(data, Context()) == {"fixed": [], "found": [1]}


def test_data_is_never_evaluated_again():
    data = {"text": "&{secret} ${HOME} @{scope.task}", "secret": "s"}

    assert value_of("&{text}", data) == data["text"]
    assert value_of("> &{text}", data) == "> " + data["text"]


def test_variables_scope_and_globals_are_read_from_the_context():
    context = {
        "scope": {"task": "T1", "webhook": {"headers": {"x-shop": "nl"}}},
        "globals": {"token": {"a": 1}},
        "variables": {"BASE_URL": "https://erp"},
    }

    assert value_of("${BASE_URL}/orders/@{scope.task}", **context) == "https://erp/orders/T1"
    assert value_of("@{globals.token}", **context) == {"a": 1}
    assert value_of("@{scope.webhook.headers.x-shop}", **context) == "nl"


def test_what_is_not_set_is_named_when_it_is_needed():
    with pytest.raises(PlaceholderError, match=r"\$\{NOPE\} is not set"):
        value_of("${NOPE}")
    with pytest.raises(MissingValue, match=r"@\{scope\.task\} is not known here"):
        value_of("@{scope.task}")
    with pytest.raises(MissingValue, match="Global variable setter"):
        value_of("@{globals.x}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@{foo.x}", "there is no “foo”"),
        ("@{scope}", "a name is missing"),
        ("${lower}", "capitals"),
        ("&{}", "nothing between the braces"),
        ("&{product-id}", 'put in double quotes: "product-id"'),
        ("&{a", "never closed"),
        ("&{'a}", "never closed"),
        ("&{nosuch(a)}", "no function “nosuch"),
        ("&{&a}", "stands only in functions"),
        ("&{to_array(&a)}", "stands only in functions"),
        ("&{[?nosuch(@)]}", "no function “nosuch"),
        ("&{a b}", "is not a JMESPath expression"),
    ],
)
def test_a_wrong_placeholder_is_refused_when_it_is_compiled(text, says):
    with pytest.raises(PlaceholderError, match=says.replace("(", r"\(")):
        placeholders.compile(text)


def test_a_wrong_placeholder_deep_in_json_says_where():
    with pytest.raises(PlaceholderError, match="lines › 2 › sku"):
        placeholders.compile({"lines": ["ok", {"sku": "&{a-b}"}]})


def test_the_signs_themselves_are_written_as_a_literal():
    assert value_of("&{'&{'}name}", {}) == "&{name}"
    assert value_of("&{'${'}", {}) == "${"
    assert value_of("a { b } $ @ & ?", {}) == "a { b } $ @ & ?"


@given(json_values)
def test_a_value_without_placeholders_is_unchanged(value):
    if any(sign + "{" in str(value) for sign in "&?$@"):
        return

    assert value_of(value) == value
    assert placeholders.compile(value).constant


@given(json_values)
def test_a_whole_field_keeps_any_value_and_its_type(value):
    found = value_of("&{a.b}", {"a": {"b": value}})

    assert found == value
    assert type(found) is type(value)


@given(st.text(), st.text(), json_values)
def test_text_around_a_placeholder_stays(before, after, value):
    if any(sign + "{" in before + after for sign in "&?$@") or before[-1:] in {"&", "?", "$", "@"}:
        return

    text = placeholders.compile_text(f"{before}&{{x}}{after}")({"x": value}, Context())

    assert text == before + placeholders.render(value) + after
