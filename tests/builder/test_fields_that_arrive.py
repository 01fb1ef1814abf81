"""What the Route Builder knows of the records that arrive at a node of the draft."""

import pytest
from django.utils import timezone
from ulid import ULID

from alumio.builder.models import MOST_TRIED, Draft
from routes.models import Route
from scheduler.webhooks.models import Delivery, Webhook
from tasks.pipeline import import_entities
from tests.builder.drafting import of
from tests.pages.making import incoming, outgoing, route, schema, set_values, step
from tests.world import make_route

pytestmark = pytest.mark.django_db
BROKEN = {"key": "x", "value": "&{nowhere}"}
SAMPLE = {"name": "A", "data": {"sku": "A1", "lines": [{"qty": 2}]}, "expected": {}}


def known(builder, at: str) -> dict:
    return builder.person.open(f"{builder.base}fields/?at={at}").response.json()


def patterns(found: dict) -> list[str]:
    return [field["pattern"] for field in found["fields"]]


@pytest.fixture
def builder(editor):
    row = Route(
        name="Prices",
        incoming=incoming(samples=[SAMPLE], transformers=[set_values(shop="nl")]),
        outgoing=outgoing(transformers=[set_values(sent=True)]),
        transformers=[set_values(colour="red"), step("data")],
    )
    return of(editor, row.store())


def test_each_node_knows_what_the_steps_before_it_made_of_the_sample(builder):
    before = ["sku", "lines", "lines.*", "lines.*.qty"]

    assert patterns(known(builder, "incoming:products/transformers/0")) == before
    assert patterns(known(builder, "route:prices/transformers/0")) == [*before, "shop"]
    assert patterns(known(builder, "route:prices/transformers/1")) == [*before, "shop", "colour"]
    assert patterns(known(builder, "outgoing:warehouse"))[-3:] == ["shop", "colour", "sent"]
    found = known(builder, "route:prices/transformers/0")
    assert found["source"] == "sample “A”"
    assert found["fields"][3]["expression"] == "lines[*].qty"
    assert found["fields"][3]["example"] == "2"


def test_a_change_of_the_draft_that_is_not_saved_counts(builder):
    place = "route:prices/transformers/0"
    builder.fill(place, **{"step-p-transformers-0-p-configurations-0-p-key": "size"})

    assert "size" in patterns(known(builder, "route:prices/transformers/1"))


def test_where_nothing_arrives_the_reason_is_told(editor):
    failing = step("data", transformers=[step("value-setter", configurations=[BROKEN])])
    row = route(transformers=[failing, step("data")])
    row.incoming.samples = [SAMPLE]
    row.incoming.store()
    builder = of(editor, row)

    found = known(builder, f"route:{row.identifier}/transformers/1")

    assert found["fields"] == []
    assert "nowhere" in found["why"]


def test_what_was_tried_last_is_known_where_there_is_no_sample(editor):
    row = route(transformers=[step("data")])
    builder = of(editor, row)
    at = f"route:{row.identifier}/transformers/0"
    assert patterns(known(builder, at)) == []

    builder.post("try", source="text", records="5", text='[{"sku": "A"}, {"ean": 7}]')

    found = known(builder, at)
    assert found["source"] == "the last trial"
    assert patterns(found) == ["sku", "ean"]


def test_what_was_tried_is_still_known_after_a_save_and_is_no_draft(editor):
    row = route(transformers=[step("data")])
    builder = of(editor, row)
    builder.fill(f"route:{row.identifier}/transformers/0", **{"step-name": "Renamed"})
    builder.post("try", source="text", records="5", text='{"sku": "A"}')

    builder.post("save")

    assert patterns(known(builder, f"route:{row.identifier}/transformers/0")) == ["sku"]
    assert builder.draft.position == 0
    assert "Draft, not saved" not in builder.person.open(builder.base).text


def test_records_that_are_too_large_to_keep_are_tried_all_the_same(editor):
    row = route()
    builder = of(editor, row)
    large = "x" * MOST_TRIED

    text = builder.post("try", source="text", records="5", text=f'{{"sku": "{large}"}}')

    assert text.status_code == 200
    assert not any(draft.tried for draft in Draft.objects.all())


def test_the_newest_task_tells_what_arrives_at_the_outgoing(editor):
    row = make_route(entities=[{"sku": "from a task"}])
    import_entities(row.incoming)
    builder = of(editor, row)

    found = known(builder, f"outgoing:{row.outgoing.identifier}")

    assert found["source"].startswith("task ")
    assert "sku" in patterns(found)
    assert patterns(known(builder, f"route:{row.identifier}/transformers/0")) == []


def test_the_schema_tells_fields_where_no_record_is_known(editor):
    properties = {"sku": {"type": "string"}, "price": {"type": "number"}}
    described = schema(schema={"type": "object", "properties": properties})
    row = route(transformers=[step("data")])
    row.incoming.entity_schema = described
    row.incoming.store()

    found = known(of(editor, row), f"route:{row.identifier}/transformers/0")

    assert found["source"] == "schema “Product”"
    assert [(field["pattern"], field["type"]) for field in found["fields"]] == [
        ("sku", "text"),
        ("price", "number"),
    ]


def test_no_record_arrives_where_the_source_is_asked_and_after_publishing(builder):
    assert known(builder, "incoming:products")["known"] is False
    assert known(builder, "outgoing:warehouse/after_transformers/0")["known"] is False
    assert "scope.task" in known(builder, "outgoing:warehouse")["scope"]


def test_records_that_stand_in_the_settings_are_known_without_a_trial(editor):
    source = step("static-data-subscriber", data=[{"sku": "A"}, {"ean": 7}])
    row = Route(name="Prices", incoming=incoming(subscriber=source), outgoing=outgoing()).store()

    found = known(of(editor, row), "outgoing:warehouse")

    assert found["source"] == "the source"
    assert patterns(found) == ["sku", "ean"]


def test_the_newest_call_tells_what_a_webhook_brings(editor):
    source = step("webhook-subscriber", deserializer=step("json-lines"))
    row = Route(name="Prices", incoming=incoming(subscriber=source), outgoing=outgoing()).store()
    hook = Webhook(name="Shop", incomings=["products"], validators=[step("open")]).store()
    builder = of(editor, row)
    assert known(builder, "outgoing:warehouse")["source"] == ""
    now = timezone.now()
    Delivery.objects.create(
        webhook=hook,
        identifier=str(ULID()),
        received_at=now,
        updated_at=now,
        method="POST",
        body=b'{"sku": "A"}\n{"ean": 7}',
        size=23,
    )

    found = known(builder, "outgoing:warehouse")

    assert (found["source"], found["why"]) == ("the newest call", "")
    assert patterns(found) == ["sku", "ean"]
    panel = builder.person.open(f"{builder.base}try/").text
    assert "{&quot;ean&quot;: 7}" in panel
    assert 'value="fetch"' not in panel


def test_an_address_that_is_no_place_is_told_nothing(builder):
    for at in ("", "route:prices/transformers/" + "9" * 5000, "route:prices/transformers/99", "x"):
        assert known(builder, at)["fields"] == [] or at.endswith("/99")


def test_a_viewer_is_not_shown_records(builder, viewer):
    answer = viewer.open(f"{builder.base}fields/?at=outgoing:warehouse")

    assert answer.response.status_code == 403
