"""Steps in a draft: shared, moved, switched off, copied to another route."""

import pytest

from alumio.builder.document import Document
from alumio.builder.models import Draft
from connectors.models import Incoming
from routes.models import Route
from tests.builder.drafting import Builder, of
from tests.pages.making import route, set_values, step

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_shared_incoming_says_who_else_uses_it(editor):
    first = route(name="First")
    Route(name="Second", incoming=first.incoming, outgoing=first.outgoing).store()

    panel = of(editor, first).panel(f"incoming:{first.incoming.identifier}")

    assert "Also used by 1 other: Second." in panel.text


def test_a_step_moves_from_the_route_to_its_incoming(editor):
    saved = route(transformers=[set_values(a=1), set_values(b=2)])
    builder = of(editor, saved)
    start = f"route:{saved.identifier}/transformers/1"

    builder.post("step", at=start, verb="move", to="incoming:products/transformers/0")
    builder.post("save")

    saved.refresh_from_db()
    assert saved.transformers == [set_values(a=1)]
    assert Incoming.objects.get().transformers == [set_values(b=2)]


def test_a_step_is_switched_off_and_on(editor):
    saved = route(transformers=[set_values(a=1)])
    builder, at = of(editor, saved), f"route:{saved.identifier}/transformers/0"

    builder.post("step", at=at, verb="switch")
    assert builder.document.route.data["transformers"][0]["meta"] == {"disabled": True}
    builder.post("step", at=at, verb="switch")

    assert builder.document.content["parts"] == {}


def test_a_copied_step_is_pasted_on_another_route(editor):
    saved = route(transformers=[set_values(a=1)])
    source, target = of(editor, saved), Builder(editor)
    copied = editor.client.get(
        f"{source.base}step/copy/", {"at": f"route:{saved.identifier}/transformers/0"}
    )
    place = f"{Document.fresh(None, editor.user.pk).route.key}/transformers/0"

    target.post("step", at=place, verb="paste", text=copied.content.decode())

    assert target.document.route.data["transformers"] == [set_values(a=1)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "This is not a copied step"),
        ('{"prototype": "no-such"}', "There is no transformer called “no-such”"),
        ('[{"prototype": "data", "parameters": {"colour": 1}}]', "has no setting “colour”"),
        ("[]", "Copy between one and 200 steps."),
    ],
)
def test_what_cannot_be_pasted_is_refused_with_the_reason(builder, editor, text, told):
    place = f"{Document.fresh(None, editor.user.pk).route.key}/transformers/0"

    response = builder.post("step", at=place, verb="paste", text=text)

    assert told in response.content.decode()
    assert not Draft.objects.exists()


def test_a_copied_step_names_a_variable_in_the_place_of_a_secret(editor):
    basic = step("basic", username="me", password="open sesame")
    request = step("http-transformer", request={"uri": "/a", "authentications": [basic]})
    saved = route(transformers=[step("data", filters=[], transformers=[request])])
    at = {"at": f"route:{saved.identifier}/transformers/0"}

    copied = editor.client.get(f"{of(editor, saved).base}step/copy/", at).content.decode()

    assert "open sesame" not in copied
    assert "${COPIED" in copied
