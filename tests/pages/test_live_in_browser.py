"""Lists that refresh themselves, in a browser: what holds them up, and what lets them go on."""

import pytest
from playwright.sync_api import expect

from scheduler.models import Process
from tests.browsing import rest
from tests.pages.rows import make_process
from tests.world import make_route

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(signed_in):
    """A list over which the pointer is held down, and which has not moved on since."""
    make_process(make_route(), "running", slot=0, done=3, total=10)
    signed_in.goto("/processes/")
    signed_in.get_by_role("heading", name="Processes", exact=True).first.hover()
    signed_in.mouse.down()
    Process.objects.update(done=7)
    return signed_in


def refreshed(page) -> None:
    """Wait until the list asked once more and is at rest."""
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        pass
    rest(page)


def test_a_list_stays_as_it_is_while_the_pointer_is_held_down(held):
    refreshed(held)
    refreshed(held)

    expect(held.locator("#processes")).to_contain_text("3 of 10")


def test_a_list_goes_on_once_the_window_is_left_with_the_pointer_held_down(held):
    held.evaluate("dispatchEvent(new Event('blur'))")

    expect(held.locator("#processes")).to_contain_text("7 of 10")
