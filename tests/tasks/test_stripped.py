"""Messages without what differs from task to task."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stripped import LONGEST, stripped

CASES = {
    "POST https://erp.example.com/orders/17?key=a answered 404 Not Found.": (
        "POST https://erp.example.com/… answered 404 Not Found."
    ),
    "HTTP/1.1 503 Service Unavailable": "HTTP 503 Service Unavailable",
    "The API said status code 429 for order 4711": "The API said status code 429 for order …",
    "“A-17” is not a number.": "“…” is not a number.",
    "Unknown SKU 'blue shirt' isn't sold": "Unknown SKU '…' isn't sold",
    "There is nothing at “lines.3.sku”.": "There is nothing at “lines.….sku”.",
    "/data/lines/3/name must not be empty": "/data/lines/…/name must not be empty",
    "task 01ARZ3NDEKTSV4RRFFQ69G5FAV, run b6d81b360a5672d80c27430f39153e2c": "task …, run …",
    "due on 2026-11-21T12:00:00.5+01:00, not 21/11/2026": "due on …, not …",
    "mail to jo.doe@example.com bounced": "mail to … bounced",
    "row 1, 2, 3 and 4": "row … and …",
}

JSON_CASES = {
    '{"message": "No such entity with id = 17", "parameters": ["A"]}': (
        "{message: No such entity with id = …}"
    ),
    '{"errors": {"email": ["is invalid"]}, "id": 5}': "{email: is invalid}",
    '{"data": {"create": {"userErrors": [{"field": "title", "message": "is empty"}]}}}': (
        "{field: title, message: is empty}"
    ),
    '{"detail": [{"msg": "field required", "input": {"sku": "A"}}]}': "{msg: field required}",
    '{"product": {"title": "Blue shirt"}}': "{…}",
    '[{"message": "SKU \\"A\\" is unknown"}]': '{message: SKU "…" is unknown}',
    '{"message": "cut off in the mid': "{…}",
    '{"message": "one two three four five six seven eight nine ten eleven twelve thi': (
        "{message: one two three four five six seven eight}"
    ),
}


@pytest.mark.parametrize("message", CASES)
def test_what_differs_from_task_to_task_is_taken_out_and_the_rest_is_kept(message):
    assert stripped(message) == CASES[message]


@pytest.mark.parametrize("answer", JSON_CASES)
def test_of_an_answer_in_json_only_what_it_says_of_the_error_is_kept(answer):
    message = stripped(f"It answered 400 Bad Request: {answer}")

    assert message == f"It answered 400 Bad Request: {JSON_CASES[answer]}"


def test_different_statuses_stay_different_causes():
    messages = {stripped(f"GET http://x/{n} answered {n}.") for n in (400, 404, 500)}

    assert len(messages) == 3


def test_the_tasks_own_values_are_taken_out_where_they_stand_as_words():
    assert stripped("No shirt: shirts are out", "shirt") == "No …: shirts are out"


KEPT_BEHIND = {"answered", "status", "http", "at"}
words = st.text(string.ascii_lowercase, min_size=1, max_size=9).filter(
    lambda word: word not in KEPT_BEHIND
)
identifiers = st.one_of(
    st.integers(0, 10**12).map(str),
    st.decimals(-(10**6), 10**6, places=2).map(str),
    st.uuids().map(str),
    st.binary(min_size=10, max_size=32).map(bytes.hex),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.dates().map(str),
    st.tuples(words, st.integers(0, 10**6)).map(lambda parts: f"{parts[0]}-{parts[1]}"),
    st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=25, max_size=25).map("0{}".format),
)
quoted = st.text(string.ascii_letters + string.digits + " -_.", min_size=1, max_size=20)


@given(st.text(max_size=2_000))
def test_any_text_is_stripped_to_a_bounded_one_that_stays_as_it_is(text):
    once = stripped(text)

    assert len(once) <= LONGEST
    assert stripped(once) == once


@given(st.text("{}[]\"'\\:,“”…/ a1messagrro", max_size=400))
def test_so_is_a_text_made_of_signs_that_mean_something(text):
    once = stripped(text)

    assert len(once) <= LONGEST
    assert stripped(once) == once


@given(st.lists(words, min_size=2, max_size=8), identifiers, identifiers)
def test_one_template_gives_one_text_whatever_stands_in_it(template, one, other):
    template = " {} ".join([" ".join(template), "was refused"])

    assert stripped(template.format(one)) == stripped(template.format(other))


@given(words, quoted, quoted, st.sampled_from(["“{}”", '"{}"', "'{}'", "`{}`"]))
def test_quoted_values_of_one_template_do_not_tell_causes_apart(word, one, other, quotes):
    first, second = (f"{word} {quotes.format(value)} is unknown" for value in (one, other))

    assert stripped(first) == stripped(second)


@given(st.integers(), st.text(), st.text(string.ascii_letters, min_size=1, max_size=40))
def test_what_a_target_echoes_of_a_record_does_not_tell_causes_apart(number, name, key):
    record = {"number": number, "sku": name, "lines": [{"qty": number, "name": name}]}
    body = json.dumps({"id": number, "message": "The order is closed.", "order": record})

    text = stripped(f"POST http://erp/orders/{number} answered 409 Conflict: {body}")

    assert text == "POST http://erp/… answered 409 Conflict: {message: The order is closed.}"
