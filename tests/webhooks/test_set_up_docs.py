"""The lines by which the documentation sets a webhook up do it, in their order."""

import json
import re
import subprocess
import sys

import pytest

from scheduler.models import Delivery
from tests.api.conftest import Api
from tests.webhooks.calling import Caller, read_all
from tests.webhooks.test_docs import TEXT, section

pytestmark = pytest.mark.django_db

CURL = """#!{python}
import json, sys
from pathlib import Path
with Path(__file__).with_name("calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
"""
BASE = "https://platform.example/api/v1/"


def commands(title: str, folder) -> list[dict]:
    """What the curl lines of a section would send."""
    curl = folder / "curl"
    curl.write_text(CURL.format(python=sys.executable))
    curl.chmod(0o755)
    for kind, lines in section(title):
        if kind == "sh":
            script = f'PATH="{folder}:$PATH"\n{lines}'
            subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, timeout=600)
    lines = (folder / "calls").read_text().splitlines()
    return [command(json.loads(line)) for line in lines]


def command(words: list[str]) -> dict:
    told: dict = {"headers": {}, "body": None}
    rest = iter(words)
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            told["headers"][name.lower()] = value
        elif word == "--data-binary":
            told["body"] = next(rest)
        else:
            told["path"] = word.removeprefix(BASE)
    return told


def test_the_lines_set_a_webhook_up_and_call_it(tmp_path):
    api, caller = Api("editor"), Caller()
    incoming, webhook, call, look = commands("Set one up", tmp_path)

    for made in (incoming, webhook):
        answer = api.post(made["path"], made["body"])
        assert answer.status_code == 201, answer.body
    name = call["path"].removeprefix("webhook/")
    answer = caller.call(name, content=call["body"], headers=call["headers"])
    assert answer.status_code == 202
    read_all()

    (delivery,) = api.get(look["path"]).body["results"]
    assert delivery["identifier"] == answer.json()["delivery"]
    assert Delivery.objects.get().status == "processed"


def test_the_lines_replay(tmp_path):
    (replay,) = commands("REST", tmp_path)

    answer = Api("editor").post(replay["path"], replay["body"])

    assert answer.body == {"replayed": 0, "unread": 0}


def test_every_door_that_is_told_of_is_there():
    paths = re.findall(r"/api/v1/([a-z-]+)", TEXT.split("\n## REST\n")[1])

    viewer = Api("viewer")
    assert set(paths) == {"webhooks", "deliveries", "refused-calls", "tasks"}
    assert all(viewer.get(path).status_code == 200 for path in paths)
