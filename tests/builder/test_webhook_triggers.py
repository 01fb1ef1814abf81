"""What the Route Builder says of a webhook that feeds the route: who may call, and where."""

import pytest
from django.utils.html import escape

from tests.builder.drafting import Builder, of
from tests.webhooks.calling import OPEN, Caller, make_receiver, make_webhook, read_all
from tests.world import make_route

pytestmark = pytest.mark.django_db
NOBODY = "Nobody may call yet: choose who may"
OFF = OPEN | {"meta": {"disabled": True}}


@pytest.fixture
def fed():
    """A route whose incoming takes what a webhook receives."""
    return make_route(incoming=make_receiver())


def page(builder: Builder) -> str:
    return builder.person.open(builder.base).text


@pytest.mark.parametrize("validators", [[], [OFF]])
def test_a_webhook_that_lets_nobody_in_says_so_on_its_node_and_in_the_checklist(
    editor, fed, validators
):
    webhook = make_webhook(fed.incoming, validators=validators)

    text = page(of(editor, fed))

    assert text.count(NOBODY) == 2
    assert escape(f"{webhook.name} › {NOBODY}") in text


def test_a_webhook_that_somebody_may_call_is_not_complained_of(editor, fed):
    make_webhook(fed.incoming, validators=[OFF, OPEN])

    assert NOBODY not in page(of(editor, fed))


def test_the_panel_of_a_saved_webhook_has_its_address_to_copy_and_leads_to_its_page(editor, fed):
    webhook = make_webhook(fed.incoming)

    panel = of(editor, fed).panel(f"webhook:{webhook.identifier}").text

    assert f'data-copy="http://testserver/api/v1/webhook/{webhook.identifier}"' in panel
    assert f'href="/webhooks/{webhook.identifier}/"' in panel


def test_a_viewer_sees_no_token_in_the_panel_of_a_webhook(viewer, fed):
    webhook = make_webhook(fed.incoming, by_token=True)

    panel = of(viewer, fed).panel(f"webhook:{webhook.identifier}").text

    assert webhook.token not in panel
    assert "data-copy" not in panel


def test_an_incoming_that_a_webhook_feeds_says_when_calls_were_read(editor, fed):
    webhook, builder = make_webhook(fed.incoming), of(editor, fed)
    assert "No call was read yet" in page(builder)
    Caller().call(webhook, json={"sku": "a"})
    [process] = read_all()

    text = page(builder)

    assert "Calls read <time" in text
    assert f'href="/processes/{process.pk}/"' in text
    assert "No schedule" not in live_of_incoming(text)


def test_an_incoming_that_has_nothing_to_fetch_is_not_offered_to_be_run(editor, fed):
    fetching = make_route()

    assert "Fetch now" not in page(of(editor, fed))
    assert "Fetch now" in page(of(editor, fetching))


def live_of_incoming(text: str) -> str:
    return text.partition('id="live-incoming"')[2].partition("</div>")[0]
