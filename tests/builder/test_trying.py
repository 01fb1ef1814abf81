"""Try it in the Route Builder: the draft runs as it stands, with what is not saved yet."""

import pytest

from alumio.builder.models import Draft
from connectors.models import Incoming
from tasks.models import Task
from tests.builder.drafting import Builder, of
from tests.pages.making import incoming, outgoing, route, set_values

pytestmark = pytest.mark.django_db
PASTED = {"source": "text", "records": "5", "text": '{"sku": "A"}'}


@pytest.fixture
def builder(editor):
    return Builder(editor)


def test_a_draft_is_tried_before_anything_of_it_is_saved(builder):
    data = '[{"sku": "A"}, {"sku": "B"}]'
    builder.post("choose", at="choose/incoming", type="static-data-subscriber")
    at = builder.document.incoming.key
    builder.fill(at, name="Shop", subscriber__p__data=data)
    place = f"{builder.document.route.key}/transformers/0"
    builder.post("choose", at=f"choose/{place}", type="data/value-setter")
    builder.fill(
        place,
        **{
            "step-p-transformers-0-p-configurations-0-p-key": "channel",
            "step-p-transformers-0-p-configurations-0-p-value": "shop-&{sku}",
        },
    )

    text = builder.post("try", source="fetch", records="5").content.decode()

    assert "shop-A" in text
    assert "shop-B" in text
    assert not Incoming.objects.exists()
    assert not Task.objects.exists()


def test_changes_of_a_saved_route_are_tried_and_not_what_is_saved(editor):
    saved = route(transformers=[set_values(colour="crimson")])
    builder = of(editor, saved)
    at = f"route:{saved.identifier}/transformers/0"
    builder.fill(at, **{"step-p-transformers-0-p-configurations-0-p-value": "green"})

    text = builder.post("try", **PASTED).content.decode()

    assert "green" in text
    assert "crimson" not in text
    saved.refresh_from_db()
    assert saved.transformers == [set_values(colour="crimson")]
    assert Draft.objects.count() == 1


def test_what_is_not_complete_yet_is_named_instead(builder):
    incoming(), outgoing()
    builder.post("choose", at="choose/incoming", saved="products")
    place = f"{builder.document.route.key}/transformers/0"
    builder.post("choose", at=f"choose/{place}", type="data/value-setter")

    text = builder.post("try", **PASTED).content.decode()

    assert "This cannot be tried" in text
    assert "This field is required." in text
