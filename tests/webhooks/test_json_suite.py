"""The public suite of JSON texts that parsers must read, must refuse, or may do either with, called
in one by one. `tests/data/json_parsing_suite.zip` holds its 318 files and their MIT licence."""

import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from scheduler.models import Delivery
from tasks.models import Payload
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.world import make_route

SUITE = Path(__file__).resolve().parents[1] / "data" / "json_parsing_suite.zip"

TWICE = ("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json")
"""The standard lets a key be there twice and leaves open which one counts: that is refused, unless
the parser is told to take the last."""
TOLERANT = {"prototype": "json", "parameters": {"repeatedKeys": True}}

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def texts() -> dict[str, bytes]:
    with zipfile.ZipFile(SUITE) as suite:
        return {name: suite.read(name) for name in suite.namelist() if name.endswith(".json")}


def records_of(text: bytes) -> list:
    """What the text holds, by another parser: each record of a list is one of its own."""
    value = exactly(text.decode())
    return value if isinstance(value, list) else [value]


def exactly(text: str):
    return json.loads(text, parse_float=Decimal)


def test_what_must_be_read_becomes_tasks_and_what_must_not_is_refused_with_its_place(caller):
    incoming = make_receiver(TOLERANT)
    make_route(incoming=incoming)
    webhook = make_webhook(incoming)
    suite = texts()

    answers = {name: caller.call(webhook, content=text) for name, text in suite.items()}
    said = {"content-type": "application/json"}
    checked = {name: caller.call(webhook, content=t, headers=said) for name, t in suite.items()}
    read_all()

    assert len(suite) == 318
    for name, text in suite.items():
        assert answers[name].status_code == 202
        status, made, error = came_of(answers[name])
        if checked[name].status_code == 400:
            assert re.search(r"The byte 0x\w\w at position [\d,]+ is not UTF-8", checked[name].text)
            assert not name.startswith("y")
        else:
            assert came_of(checked[name])[:2] == (status, made), name
        if name.startswith("y"):
            assert (status, made) == ("processed", records_of(text)), (name, error)
        if name.startswith("n") or status == "failed":
            assert status == "failed", name
            assert made == []
            assert re.search(r"line \d+|byte 0x|with nothing", error), (name, error)


def test_a_key_that_is_there_twice_is_refused_unless_the_parser_takes_the_last(caller):
    incoming = make_receiver()
    make_route(incoming=incoming)
    webhook = make_webhook(incoming)

    answers = [caller.call(webhook, content=texts()[name]) for name in TWICE]
    read_all()

    for answer in answers:
        status, made, error = came_of(answer)
        assert (status, made) == ("failed", [])
        assert "is there twice at line 1, column 10" in error


def came_of(answer) -> tuple[str, list, str]:
    """Of an accepted call: its status, the data of its tasks, and what was wrong with it."""
    delivery = Delivery.objects.get(identifier=answer.json()["delivery"])
    payloads = Payload.objects.filter(task__delivery=delivery.pk).order_by("task_id")
    made = [exactly(payload.data) for payload in payloads]
    return delivery.status, made, delivery.readings.get().error
