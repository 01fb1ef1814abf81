"""The documentation's examples work: each component can be saved, each line gets in."""

import json
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from scheduler.webhooks.call import Call
from scheduler.webhooks.registries import handshakes, validators
from tests.webhooks.judging import lets_in, make_call

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
CURL = """#!{python}
import json, sys
from pathlib import Path
here = Path(__file__).parent
here.joinpath("calls").write_text(json.dumps(sys.argv[1:]))
"""
BLOCKS = re.compile(r"```(json|sh)\n(.*?)```", re.DOTALL)


def section(title: str) -> list[tuple[str, str]]:
    """The blocks of a section, as (language, text)."""
    text = TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return BLOCKS.findall(text)


def examples(title: str) -> list:
    """Each component of a section with the lines that stand below it."""
    blocks = section(title)
    pairs = pairwise(blocks)
    found = [
        (json.loads(a), b) for (kind, a), (other, b) in pairs if (kind, other) == ("json", "sh")
    ]
    return [pytest.param(spec, lines, id=spec["prototype"]) for spec, lines in found]


SETTING = next(text for kind, text in section("Who may call") if kind == "sh")


@pytest.fixture
def called(tmp_path):
    """A function that runs lines of a shell and gives the call that their curl would make."""
    curl = tmp_path / "curl"
    curl.write_text(CURL.format(python=sys.executable))
    curl.chmod(0o755)

    def run(lines: str) -> Call:
        script = f'PATH="{tmp_path}:$PATH"\n{SETTING}\n{lines}'
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, timeout=600)
        return call_of(json.loads((tmp_path / "calls").read_text()))

    return run


def call_of(arguments: list[str]) -> Call:
    """The call that curl makes of these arguments."""
    url, headers, body, method = "", {}, None, None
    rest = iter(arguments)
    for word in rest:
        match word:
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            case "--data-binary":
                body = next(rest).encode()
            case "-X":
                method = next(rest)
            case "--head":
                method = "HEAD"
            case _:
                assert word.startswith("https://")
                url = word
    method = method or ("GET" if body is None else "POST")
    query, now = url.partition("?")[2], time.time()
    return make_call(body or b"", headers, url=url, query=query, method=method, received_at=now)


@pytest.mark.parametrize(("spec", "lines"), examples("Who may call"))
def test_a_documented_line_gets_in(spec, lines, called):
    validator = validators.build(validators.clean(spec))

    call = called(lines)

    assert lets_in(validator, call)


@pytest.mark.parametrize(("spec", "lines"), examples("Handshakes"))
def test_a_documented_handshake_is_answered(spec, lines, called):
    handshake = handshakes.build(handshakes.clean(spec))

    call = called(lines)

    assert call.method in ("POST", *handshake.methods)
    assert handshake.answer(call).status == 200


def test_every_validator_and_handshake_has_an_example():
    def documented(title: str) -> set[str]:
        return {json.loads(text)["prototype"] for kind, text in section(title) if kind == "json"}

    assert documented("Who may call") == {validator.prototype for validator in validators}
    assert documented("Handshakes") == {handshake.prototype for handshake in handshakes}
    for handshake in handshakes:
        first = "yes" if handshake.comes_first else "no"
        assert re.search(rf"^\| `{handshake.prototype}` .* \| {first} \|$", TEXT, re.MULTILINE)
