"""Storages and saved transformers are made and edited in the panel of what names them."""

import re

import pytest
from playwright.sync_api import expect

from connectors.models import Storage
from routes.models import Route
from tests.builder.drafting import of
from tests.builder.screen import signed_in
from tests.pages.making import route, set_values, step, storage, transformer
from transformers.models import SavedTransformer

SAVE = step("storage-save-entity-in-storage", storage="", storageKey="&{sku}")
PLACE = "route:products-to-warehouse/transformers/0"
NAMES_STORAGE = "step-p-transformers-0-p-storage"


@pytest.mark.django_db
def test_a_new_storage_has_its_name_as_soon_as_it_is_given_one(editor):
    builder = of(editor, route(transformers=[step("data", transformers=[SAVE])]))
    data = builder.panel(PLACE).form.post()

    builder.post("keep", **data, create="storage", into=NAMES_STORAGE)
    made = next(part for part in builder.document.changed_parts() if part.kind == "storage")
    builder.fill(made.key, name="Seen articles")

    assert 'value="seen-articles"' in builder.panel(PLACE).text
    builder.post("save")
    assert Storage.objects.get().identifier == "seen-articles"
    inner = Route.objects.get().transformers[0]["parameters"]["transformers"][0]
    assert inner["parameters"]["storage"] == "seen-articles"


@pytest.mark.django_db
def test_a_new_storage_that_nothing_names_any_more_is_forgotten(editor):
    builder = of(editor, route(transformers=[step("data", transformers=[SAVE])]))
    data = builder.panel(PLACE).form.post()
    builder.post("keep", **data, create="storage", into=NAMES_STORAGE)
    made = next(part for part in builder.document.changed_parts() if part.kind == "storage")
    builder.fill(made.key, name="Seen articles")

    builder.post("remove", at=PLACE)

    assert [part.kind for part in builder.document.changed_parts()] == ["route"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_storage_is_made_named_and_edited_without_leaving_the_step(page):
    storage("Other")
    saved = route(transformers=[step("data", transformers=[SAVE])])
    screen = signed_in(page)
    page.goto(f"/routes/builder/edit/{saved.identifier}/")
    screen.press(page.locator(".node-step .node-main"))

    screen.click("New storage")
    page.get_by_label("Name", exact=True).fill("Seen articles")
    screen.done()

    field = page.locator(f'[name="{NAMES_STORAGE}"]')
    expect(field).to_have_value("seen-articles")
    screen.click("Edit")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Seen articles")
    screen.click("Back")
    expect(field).to_have_value("seen-articles")
    field.fill("other")
    field.blur()
    screen.click("Edit")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Other")


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_saved_transformer_is_edited_in_the_panel_of_its_step(page):
    transformer("Tint", set_values(colour="red"))
    saved = route(transformers=["tint"])
    screen = signed_in(page)
    page.goto(f"/routes/builder/edit/{saved.identifier}/")
    screen.press(page.locator(".node-step .node-main"))

    screen.click("Edit")
    page.get_by_label("Name", exact=True).first.fill("Paint")
    screen.done()

    expect(screen.node("Paint")).to_be_visible()
    expect(screen.panel.locator("#configuration-form")).to_have_attribute(
        "data-panel", re.compile("transformers/0$")
    )
    screen.save()
    assert SavedTransformer.objects.get().name == "Paint"
