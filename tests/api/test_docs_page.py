"""The page of the documentation in a real browser, under the content security policy."""

import pytest
from django.test import Client

from alumio.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_lists_the_doors_and_shows_their_settings(page, live_server):
    client = Client()
    client.force_login(User.objects.create_user("kim@example.com"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    faults = []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)

    page.goto("/api/v1/docs/")

    page.get_by_role("link", name="webhooks", exact=True).wait_for()
    page.get_by_role("link", name="tasks", exact=True).click()
    page.get_by_text("List tasks").wait_for()
    page.get_by_text("Retry tasks, by identifiers").wait_for()
    assert faults == []
