"""The task list: what is on it, what came since, why it is empty, and its columns."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from alumio import keyset
from tasks import counts
from tasks.columns import COLUMNS
from tasks.models import Cause, Payload, Task
from tests.pages.rows import captured, make_task
from tests.world import make_route

pytestmark = pytest.mark.django_db


def listed(person, query="") -> list[str]:
    """The entity identifiers on the page, from top to bottom."""
    response = person.client.get(f"/tasks/{query}")
    assert response.status_code == 200
    return [task.entity_identifier for task in response.context["list"].page.rows]


# ---------------------------------------------------------------- the list


def test_tasks_are_listed_newest_first_with_their_route_and_status(viewer):
    route = make_route()
    make_task(route, "failed", entity="older")
    make_task(route, "finished", entity="newer")

    page = viewer.open("/tasks/")

    assert listed(viewer) == ["newer", "older"]
    assert route.name in page.text
    assert "state-failed" in page.text


def test_filters_of_the_address_narrow_the_list(viewer):
    one, other = make_route(), make_route()
    make_task(one, "failed", entity="order-1", entity_schema="order")
    make_task(one, "retry", entity="order-2", entity_schema="order")
    make_task(other, "failed", entity="price-1", entity_schema="price")

    assert listed(viewer, "?status=failed") == ["price-1", "order-1"]
    assert listed(viewer, f"?status=failed&status=retry&route={one.identifier}") == [
        "order-2",
        "order-1",
    ]
    assert listed(viewer, "?entity_schema=price") == ["price-1"]
    assert listed(viewer, "?entity_identifier__contains=ORDER") == ["order-2", "order-1"]
    assert listed(viewer, "?entity_identifier=order") == []


def test_empty_fields_of_the_filter_form_do_not_narrow(viewer):
    make_task(entity="order-1")

    assert listed(viewer, "?identifier=&created_after=&entity_schema__contains=") == ["order-1"]


def test_a_filter_that_cannot_be_read_is_explained(viewer):
    make_task()

    response = viewer.client.get("/tasks/?created_after=yesterday&colour=red")

    assert response.status_code == 400
    text = response.content.decode()
    assert "“yesterday” is not a moment" in text
    assert "There is no filter “colour”" in text


def test_an_empty_list_says_why_and_offers_to_clear_the_filter(viewer):
    assert "No tasks yet" in viewer.open("/tasks/").text

    make_task(entity="order-1")
    page = viewer.open("/tasks/?status=failed").text

    assert "No task matches" in page
    assert "Clear filters" in page


def test_counters_follow_the_other_filters_but_not_the_status(viewer):
    one, other = make_route(), make_route()
    for status in ("failed", "failed", "new"):
        make_task(one, status)
    make_task(other, "failed")

    response = viewer.client.get(f"/tasks/?status=new&route={one.identifier}")

    tallies = response.context["list"].tallies
    assert (tallies["failed"].number, tallies["new"].number) == (2, 1)
    assert response.context["list"].total.number == 1


def test_pages_go_on_where_the_last_one_ended_even_when_tasks_arrive(viewer):
    route = make_route()
    for number in range(60):
        make_task(route, entity=f"e{number}")
    first = viewer.client.get("/tasks/?page_size=25").context["list"]
    make_task(route, entity="arrived")

    second = viewer.client.get(first.next_url()).context["list"]
    back = viewer.client.get(second.previous_url()).context["list"]

    assert second.page.rows[0].entity_identifier == "e34"
    assert [task.pk for task in back.page.rows] == [task.pk for task in first.page.rows]
    assert "OFFSET" not in captured(viewer, first.next_url())


def test_the_list_takes_as_many_queries_for_many_tasks_as_for_one(viewer):
    make_task()
    few = captured(viewer, "/tasks/").count("\n")
    for _ in range(30):
        make_task(make_route(), "failed")

    many = captured(viewer, "/tasks/").count("\n")

    assert many == few <= 8


def test_the_list_never_reads_payloads_messages_or_settings(viewer):
    make_task()

    statements = captured(viewer, "/tasks/?status=new")

    for name in ("tasks_payload", "tasks_message", '"subscriber"', '"publisher"', '"transformers"'):
        assert name not in statements


def test_a_viewer_sees_no_boxes_and_no_verbs(viewer, editor):
    make_task(status="failed")

    assert 'name="identifiers"' not in viewer.open("/tasks/").text
    assert 'name="identifiers"' in editor.open("/tasks/").text
    assert 'name="one"' not in viewer.open("/tasks/").text


def test_a_row_offers_only_what_its_status_allows(editor):
    failed, waiting = make_task(status="failed"), make_task(status="waiting")

    page = editor.open("/tasks/").text

    assert f'value="retry {failed.identifier}"' in page
    assert f'value="skip {failed.identifier}"' not in page
    assert f'value="mark-finished {waiting.identifier}"' in page


def test_names_and_identifiers_are_shown_escaped(viewer):
    make_task(entity="<script>alert(1)</script>")

    assert "<script>alert" not in viewer.open("/tasks/").text


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "columns=%00,²&view=²",
        "page_size=-5",
        "page_size=9999999999999999999999",
        "newest=x&ids=1,²,9999999999999999999999&seen=never",
        "entity_identifier=%00",
        "route=%00",
        "status=%00",
    ],
)
def test_odd_addresses_never_break_the_list(viewer, query):
    make_task()

    for page in ("/tasks/", "/tasks/live/", "/processes/"):
        assert viewer.client.get(f"{page}?{query}").status_code < 500


def test_the_links_of_chips_take_one_filter_away(viewer):
    make_task(status="failed")

    chips = (
        viewer.client.get("/tasks/?status=failed,retry&identifier__contains=01")
        .context["list"]
        .chips()
    )

    left = [parse_qs(urlsplit(chip["url"]).query) for chip in chips]
    assert left[0] == {"status": ["retry"], "identifier__contains": ["01"]}
    assert left[2] == {"status": ["failed,retry"]}


def test_many_matching_tasks_are_counted_status_by_status_up_to_a_limit(viewer, monkeypatch):
    monkeypatch.setattr(counts, "FEW", 5)
    monkeypatch.setattr(keyset, "EXACT_TO", 3)
    route = make_route()
    for status in ("failed",) * 4 + ("new",) * 2:
        make_task(route, status, entity_schema="order")

    tallies = viewer.client.get("/tasks/?entity_schema=order").context["list"].tallies

    assert str(tallies["failed"]) == "3+"
    assert str(tallies["new"]) == "2"


# ---------------------------------------------------------------- what came since


def test_the_poll_tells_how_many_tasks_are_new_and_which_rows_changed(viewer):
    task = make_task(status="new")
    listing = viewer.client.get("/tasks/").context["list"]
    url = listing.live_url()
    make_task()
    Task.objects.filter(pk=task.pk).update(status="finished", updated_at=timezone.now())

    news = viewer.client.get(url).content.decode()

    assert "1 new task, show" in news
    assert f'id="menu-{task.pk}" data-now="finished"' in news
    assert f'id="status-{task.pk}" hx-swap-oob="true"' in news


def test_the_poll_counts_only_what_matches_the_filter(viewer):
    make_task(status="failed")
    url = viewer.client.get("/tasks/?status=failed").context["list"].live_url()
    make_task(status="new")

    assert "new task" not in viewer.client.get(url).content.decode()


# ---------------------------------------------------------------- why nothing is shown


def test_an_empty_list_names_the_part_without_which_there_are_tasks(viewer):
    make_task(status="failed", entity="order-1", entity_schema="order")

    page = viewer.open("/tasks/?status=new&entity_schema=order&entity_identifier=order-1")

    (part,) = page.response.context["list"].bar.too_narrow()
    assert part["url"] == "/tasks/?entity_schema=order&entity_identifier=order-1"
    assert "There are tasks without this part" in page.text
    assert "Status New" in page.text


def test_an_empty_list_says_or_between_values_of_one_filter_and_and_between_filters(viewer):
    make_task(entity_schema="order")

    page = viewer.open("/tasks/?status=failed&status=retry&entity_schema=order").text

    said = strip_tags(page)
    assert "Nothing fits status Failed or Retry and entity schema is “order”." in said


def test_an_empty_list_tells_what_retention_removes(viewer):
    make_task()

    page = viewer.open("/tasks/?status=failed").text

    assert "removes finished and skipped tasks after 30 days" in page


def test_a_page_whose_tasks_are_gone_leads_to_the_newest(viewer):
    tasks = [make_task(make_route()) for _ in range(26)]
    older = viewer.client.get("/tasks/?page_size=25").context["list"].next_url()
    Payload.objects.filter(task=tasks[0]).delete()
    tasks[0].delete()

    page = viewer.open(older)

    assert "There are no older tasks" in page.text
    assert "No tasks yet" not in page.text


def test_a_filter_with_a_fault_keeps_what_can_be_read(viewer):
    make_task()

    page = viewer.open("/tasks/?status=failed&created_after=yesterday")

    assert [chip["text"] for chip in page.response.context["list"].chips()] == ["Failed"]
    assert "“yesterday” is not a moment" in page.text


def test_a_chip_tells_the_cause_in_words(viewer):
    cause = Cause.objects.create(digest="d", text="HTTP 404", first_seen_at=timezone.now())
    make_task(status="failed", cause=cause)

    (chip,) = viewer.client.get(f"/tasks/?cause={cause.pk}").context["list"].chips()

    assert (chip["label"], chip["text"]) == ("Cause", "“HTTP 404”")


# ---------------------------------------------------------------- columns


def test_columns_are_remembered_until_the_usual_ones_are_asked_for(viewer):
    cause = Cause.objects.create(digest="d", text="HTTP 404", first_seen_at=timezone.now())
    make_task(status="failed", cause=cause, imported_by=7)
    viewer.post("/tasks/columns/", columns=["cause", "imported_by"], next="/tasks/")

    page = viewer.open("/tasks/").text
    assert "HTTP 404" in page
    assert "process 7" in page
    assert "Entity schema</th>" not in page

    viewer.post("/tasks/columns/", usual=1)
    assert "Entity schema</th>" in viewer.open("/tasks/").text


def test_columns_of_the_address_come_before_those_remembered(viewer):
    make_task(attempts=3)
    viewer.post("/tasks/columns/", columns=["size"])

    assert "Attempts</th>" in viewer.open("/tasks/?columns=attempts,nonsense").text
    answer = viewer.post("/tasks/columns/", columns=["size"], next="/tasks/?columns=attempts")
    assert answer.redirect_chain[-1][0] == "/tasks/"


def test_any_columns_take_as_many_queries_for_many_tasks_as_for_one(viewer):
    every = "/tasks/?columns=" + ",".join(COLUMNS)
    make_task()
    few = captured(viewer, every).count("\n")
    for number in range(30):
        cause = Cause.objects.create(digest=number, text="no", first_seen_at=timezone.now())
        make_task(status="failed", cause=cause)

    assert captured(viewer, every).count("\n") <= few + 1


def test_the_poll_brings_the_columns_that_change(viewer):
    task = make_task(status="new")
    url = viewer.client.get("/tasks/?columns=attempts,entity_schema").context["list"].live_url()
    Task.objects.filter(pk=task.pk).update(attempts=2, updated_at=timezone.now())

    news = viewer.client.get(url).content.decode()

    assert f'id="attempts-{task.pk}" hx-swap-oob="true"' in news
    assert f'id="menu-{task.pk}"' in news
    assert f'id="status-{task.pk}"' not in news
