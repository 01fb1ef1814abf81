"""Published configurations through their pages: opened, saved untouched, nothing changed."""

from pathlib import Path

import pytest

import alumio.urls  # noqa: F401  (loading the addresses registers the pages)
from alumio.exchange.importing import import_configurations
from alumio.exchange.reading import read_files
from alumio.pages import registered

FILES = sorted((Path(__file__).parent.parent / "exchange" / "data").glob("*.ndjson"))


def problems(page):
    return page.text.partition('id="problems"')[2].partition("</ul>")[0]


def configurations():
    for kind, pages in registered.items():
        for configuration in pages.model.objects.all():
            yield kind, pages, configuration


def test_a_published_configuration_that_is_opened_and_saved_stays_as_it_was(editor):
    report = import_configurations(read_files(FILES))
    assert not report.problems

    seen = 0
    for kind, pages, before in list(configurations()):
        page = editor.open(pages.url("edit", before.identifier)).post(**{"continue": "1"})
        after = pages.model.objects.get(pk=before.pk)

        assert "was saved" in page.text, (kind, before.identifier, problems(page))
        assert after.content() == before.content(), (kind, before.identifier)
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("name", ["list", "create"])
def test_every_kind_of_configuration_has_its_pages(administrator, name):
    for pages in registered.values():
        assert administrator.open(pages.url(name)).response.status_code == 200
