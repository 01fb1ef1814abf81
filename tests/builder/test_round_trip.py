"""Who only looks and saves has changed nothing: every panel of a route, kept as it was drawn."""

from pathlib import Path

import pytest

from alumio.builder.document import Document, forms
from alumio.builder.line import Line
from alumio.builder.models import Draft
from alumio.demo import creation
from alumio.exchange.importing import import_configurations
from alumio.exchange.reading import read_files
from alumio.models import Revision
from routes.models import Route

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "exchange" / "data"


def everything() -> dict:
    """All configurations, and how many revisions there are."""
    rows = [row for form in forms().values() for row in form._meta.model.objects.all()]
    return {(row.kind, row.identifier): (row.revision, row.content()) for row in rows}


def panels_of(route: Route) -> list[str]:
    """The addresses of all panels of a route's line."""
    line = Line(Document.fresh(route, 0), [])
    lists = (line.incoming_steps, line.route_steps, line.outgoing_steps, line.steps_after)
    ends = [line.incoming, line.outgoing, *line.triggers, *line.schedulers]
    steps = [node for steps in lists for node in steps.nodes]
    return ["route", "settings", *(node.at for node in [*ends, *steps])]


def open_and_keep(editor, route: Route) -> int:
    """Open each panel, press Done, then save. Returns how many panels there were."""
    base, panels = f"/routes/builder/edit/{route.identifier}/", panels_of(route)
    for at in panels:
        panel = editor.open(f"{base}panel/?at={at}")
        assert panel.response.status_code == 200
        panel.url = f"{base}keep/"
        kept = panel.post()
        assert kept.response.status_code == 200, (at, kept.text)
    assert editor.post(f"{base}save/").status_code == 204
    return len(panels)


def test_the_demo_stays_as_it_was(editor):
    creation.create()
    before, revisions = everything(), Revision.objects.count()

    panels = sum(open_and_keep(editor, route) for route in Route.objects.all())

    assert panels > 12
    assert everything() == before
    assert Revision.objects.count() == revisions
    assert not Draft.objects.exists()


@pytest.mark.parametrize("files", [["categories"], ["category", "categories-to-spryker"]])
def test_what_was_imported_stays_as_it_was(editor, files):
    import_configurations(read_files([DATA / f"{name}.ndjson" for name in files]))
    before, revisions = everything(), Revision.objects.count()
    assert Route.objects.exists()

    panels = sum(open_and_keep(editor, route) for route in Route.objects.all())

    assert panels > 5
    assert everything() == before
    assert Revision.objects.count() == revisions
