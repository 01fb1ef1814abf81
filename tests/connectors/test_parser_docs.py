"""The examples of parsers in the documentation hold, and there is one for each."""

import re
from pathlib import Path

import pytest

from alumio import jsontext
from connectors.registries import parsers
from tests.connectors.reading import read

DOCS = Path(__file__).resolve().parents[2] / "docs" / "connectors.md"
EXAMPLE = re.compile(
    r"^### `([a-z-]+)`$.*?^With `(\{.*?\})`\n\n```\w*\n(.*?)```\n\ngives\n\n```json\n(.*?)```",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = EXAMPLE.findall(DOCS.read_text())


def test_every_parser_has_an_example():
    assert {name for name, *_ in EXAMPLES} == {parser.prototype for parser in parsers}


@pytest.mark.parametrize(("name", "settings", "text", "records"), EXAMPLES)
def test_an_example_holds(name, settings, text, records):
    assert read(name, text, **jsontext.loads(settings)) == jsontext.loads(records)
