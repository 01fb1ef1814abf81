"""A webhook from its creation to a replayed call, as a person does it in a browser."""

import httpx
import pytest
from playwright.sync_api import expect

from scheduler.models import Delivery, Webhook
from tests.browsing import expect_width
from tests.pages.test_browser import choose
from tests.webhooks.calling import Caller, make_receiver, make_webhook, read_all
from tests.webhooks.rows import make_delivery
from tests.world import make_route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_webhook_is_made_called_looked_at_and_replayed(signed_in):
    incoming = make_receiver()
    make_route(incoming=incoming)
    page = signed_in
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.goto("/webhooks/new/")
    page.fill("#id_name", "Orders of the shop")
    page.check(f"[name=incomings][value={incoming.identifier}]")
    choose(page, "validators-new", "Anybody")
    page.click("text=Save >> nth=-1")
    page.wait_for_url("**/webhooks/orders-of-the-shop/")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("[data-copy-label]").first).to_have_text("Copied")
    url = httpx.URL(page.evaluate("navigator.clipboard.readText()"))

    assert url.path == "/api/v1/webhook/orders-of-the-shop"
    assert str(url).startswith(page.url.split("/webhooks/")[0])
    answer = Caller().call(url.path.rpartition("/")[2], json={"sku": "A-1"})
    assert answer.status_code == 202
    expect(page.locator("#calls")).to_contain_text("waits to be read", timeout=30_000)
    read_all()
    expect(page.locator("#calls")).to_contain_text("1 task", timeout=30_000)

    page.locator("#calls .cell-when a").first.click()
    expect(page.locator("pre.code")).to_contain_text('"sku": "A-1"')
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#toasts")).to_contain_text("It is read anew as")
    assert Delivery.objects.count() == 2
    page.locator("section[aria-labelledby=tasks-title] .list-group-item").first.click()
    expect(page.locator("#task-tab")).to_contain_text("From the call")
    assert Webhook.objects.get().name == "Orders of the shop"


def test_all_that_match_are_replayed_from_the_list(signed_in):
    hook = make_webhook(make_receiver())
    make_delivery(hook, "failed")
    make_delivery(hook)
    page = signed_in

    page.goto("/deliveries/?status=failed")
    page.get_by_role("button", name="Replay all that match").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Replay 1 call?")
    dialog.get_by_role("button", name="Replay 1 call").click()

    expect(page.locator("#toasts")).to_contain_text("It is read anew as")
    assert Delivery.objects.exclude(replay_of=None).count() == 1


def test_the_lists_fit_a_phone(signed_in):
    hook = make_webhook(make_receiver(), description="d")
    Webhook.objects.update(name="A name " * 30)
    make_delivery(hook, key="k" * 255)
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 844})

    for path in ("/webhooks/", f"/webhooks/{hook.identifier}/", "/deliveries/", "/deliveries/1/"):
        page.goto(path if path != "/deliveries/1/" else f"/deliveries/{Delivery.objects.get().pk}/")
        expect_width(page, 390)
