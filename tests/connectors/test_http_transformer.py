"""Requests in the middle of transformations."""

import httpx
import pytest

from transformers.context import Context
from transformers.errors import TransformError
from transformers.registries import data_transformers


def transform(prototype, data, **request):
    spec = {
        "prototype": prototype,
        "parameters": {"request": {"uri": "https://x.example", **request}},
    }
    context = Context()
    step = data_transformers.build(data_transformers.clean(spec))
    return step.transform(data, context), context


def test_the_data_becomes_the_answer(web):
    data, context = transform("http-transformer", {"a": 1}, method="POST", payload="&{@}")

    assert data == {"ok": True}
    assert web.last.content == b'{"a":1}'
    assert "answered 200" in context.messages[0].text


def test_a_list_stays_one_answer(web):
    web.answer = lambda request: httpx.Response(200, json=[1, 2])

    assert transform("http-transformer", {})[0] == [1, 2]


def test_an_empty_answer_is_null(web):
    web.answer = lambda request: httpx.Response(204)

    assert transform("http-transformer", {})[0] is None


def test_an_error_fails_the_entity(web):
    web.answer = lambda request: httpx.Response(500, text="oops")

    with pytest.raises(TransformError, match="answered 500 Internal Server Error: oops"):
        transform("http-transformer", {})


def test_the_errors_of_graphql_fail_the_entity(web):
    web.answer = lambda request: httpx.Response(
        200, json={"errors": [{"message": "no such field"}]}
    )

    with pytest.raises(TransformError, match="no such field"):
        transform("graphql-transformer", {}, method="POST", payload={"query": "{a}"})
