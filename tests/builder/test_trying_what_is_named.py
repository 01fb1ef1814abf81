"""Try it in the Route Builder runs the draft's own version of all that its line names."""

import pytest

from alumio.builder.document import Document
from alumio.builder.models import Draft
from connectors.models import Connection, Incoming, Outgoing, Storage
from routes.models import Route
from tests.builder.drafting import of
from tests.pages.making import route, set_values, step
from transformers.models import EntitySchema, SavedTransformer

pytestmark = pytest.mark.django_db
PASTED = {"source": "text", "records": "5", "text": '{"sku": "A", "ean": "87"}'}


def changed(builder, *changes) -> None:
    """Change a draft as panels would: each of `changes` is given the document."""
    saved = Route.objects.get()
    content = Document.fresh(saved, builder.person.user.pk).content
    draft = Draft.opened(builder.person.user, saved, content)
    document = Document(draft.state.content)
    for change in changes:
        change(document)
    draft.keep(document.content, [], "Changed")


def setting(kind: str, identifier: str, **settings):
    return lambda document: document.change(document.part(kind, identifier), **settings)


def saving_in(storage: str) -> dict:
    save = step("storage-save-entity-in-storage", storage=storage, storageKey="&{sku}")
    return step("data", transformers=[save])


def tried(builder) -> str:
    return builder.post("try", **PASTED).content.decode()


def test_a_changed_connection_is_asked_at_its_new_address(editor):
    client = step("http-client", plugins=[step("base-uri", uri="https://old.example")])
    Connection(name="ERP", identifier="erp", client=client).store()
    spec = step("http-publisher", client="erp", request={"method": "POST", "uri": "/items"})
    saved = route()
    Outgoing.objects.update(publisher=spec)
    builder = of(editor, saved)
    anew = step("http-client", plugins=[step("base-uri", uri="https://new.example")])
    changed(builder, setting("connection", "erp", client=anew))

    text = tried(builder)

    assert "https://new.example/items" in text
    assert "old.example" not in text
    assert Connection.objects.get().client == client


def test_a_changed_saved_transformer_runs_as_the_draft_has_it(editor):
    SavedTransformer(name="Tint", identifier="tint", step=set_values(colour="crimson")).store()
    builder = of(editor, route(transformers=["tint"]))
    changed(builder, setting("transformer", "tint", step=set_values(colour="green")))

    text = tried(builder)

    assert "green" in text
    assert "crimson" not in text


def test_a_changed_schema_names_the_tasks(editor):
    schema = EntitySchema(name="Item", identifier="item", identifier_paths=["sku"]).store()
    builder = of(editor, route())
    Incoming.objects.update(entity_schema=schema)
    assert "“A”" in tried(builder)

    changed(builder, setting("entity-schema", "item", identifier_paths=["ean"]))

    assert "“87”" in tried(builder)


def test_a_storage_that_the_draft_switched_off_is_off(editor):
    Storage(name="Seen", identifier="seen").store()
    builder = of(editor, route(transformers=[saving_in("seen")]))

    changed(builder, setting("storage", "seen", enabled=False))

    assert "is disabled" in tried(builder)


def test_what_is_new_is_used_before_it_is_saved(editor):
    builder = of(editor, route())

    def build(document):
        base = step("base-uri", uri="https://shop.example")
        client = step("http-client", plugins=[base])
        connection = document.add("connection", {"name": "Shop", "client": client})
        schema = document.add("entity-schema", {"name": "Item", "identifier_paths": ["ean"]})
        storage = document.add("storage", {"name": "New memory"})
        spec = step("http-publisher", client=connection, request={"method": "PUT", "uri": "/a"})
        document.change(document.route, transformers=[saving_in(storage)])
        document.change(document.outgoing, publisher=spec)
        document.change(document.incoming, entity_schema=schema)

    changed(builder, build)

    text = tried(builder)

    assert "https://shop.example/a" in text
    assert "“87” · schema item" in text
    assert "new-memory › A" in text
    assert not Storage.objects.exists()
