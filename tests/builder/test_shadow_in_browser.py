"""A change compared with what was really sent, as a person does it in the Route Builder."""

import pytest
from playwright.sync_api import expect

from routes.models import Route
from tasks.pipeline import export_tasks, import_entities
from tests.builder.screen import signed_in
from tests.pages.making import incoming, outgoing, set_values, step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_person_sees_which_of_the_last_tasks_a_change_would_alter(page):
    records = [{"sku": "A1", "group": "shoes"}, {"sku": "B2", "group": "hats"}]
    row = Route(
        name="Prices",
        incoming=incoming(subscriber=step("static-data-subscriber", data=records)),
        outgoing=outgoing(transformers=[set_values(kind="shoes")]),
    ).store()
    import_entities(row.incoming)
    export_tasks(row)
    screen = signed_in(page)
    page.goto("/routes/builder/edit/prices/")
    screen.press(page.locator("#canvas [data-list^='outgoing:'] .node-main").first)
    screen.panel.locator("[name$='-configurations-0-p-value']").fill("&{group}")
    screen.done()

    screen.press(page.get_by_role("button", name="Try it").first)
    screen.panel.get_by_text("Compare the draft with what is saved").click()
    screen.click("Compare")

    expect(page.locator("#trial")).to_contain_text("1 of 2 differ")
    expect(page.locator("#trial .try-fields")).to_contain_text("kind")
    expect(page.locator("#trial .try-fields")).to_contain_text("hats")
