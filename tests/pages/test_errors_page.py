"""The page of errors: tasks grouped by their cause, and what is done to a group."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alumio.models import Revision
from tasks import error_counts
from tasks.causes import Reason, id_of
from tasks.models import Cause, Level, Task
from tests.pages.rows import make_message, make_task
from tests.world import make_incoming, make_outgoing, make_route
from transformers.models import SavedTransformer

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_cause(text="The target is down.", step="publisher", target="erp.example", ago=None):
    cause = Cause.objects.get(pk=id_of(Reason(text, step, target)))
    if ago is not None:
        cause.first_seen_at = timezone.now() - ago
        cause.save()
    return cause


def fail(cause, number=1, route=None, status="failed", **fields):
    route = route or make_route()
    return [make_task(route, status, cause=cause, **fields) for _ in range(number)]


def groups(person, query="") -> list:
    return person.client.get(f"/errors/{query}").context["list"].groups


def told(person, query="") -> list[tuple]:
    return [(group.of.text, str(group.tally)) for group in groups(person, query)]


def change(configuration, ago):
    """Save a configuration again; its newest revision is that old."""
    configuration.refresh_from_db()
    configuration.store()
    rows = Revision.objects.filter(kind=configuration.kind, object_id=configuration.pk)
    newest = rows.order_by("-number").first()
    Revision.objects.filter(pk=newest.pk).update(saved_at=timezone.now() - ago)
    return newest.number


def test_tasks_with_one_cause_stand_together_with_their_number_statuses_and_routes(viewer):
    cause, other = make_cause(), make_cause("It is bent.")
    first, second = make_route(), make_route()
    fail(cause, 2, first)
    fail(cause, 1, second, "retry")
    fail(other)

    group, last = groups(viewer)

    assert (group.of, group.tally.number, last.of) == (cause, 3, other)
    assert [(s.value, t.number) for s, t in group.statuses()] == [("failed", 2), ("retry", 1)]
    assert {route.pk for route in group.routes} == {first.pk, second.pk}
    text = viewer.open("/errors/").text
    assert "3 tasks</a>, 2 routes, first seen" in text
    assert "erp.example" in text


def test_a_single_route_is_named(viewer):
    [task] = fail(make_cause())

    assert f"1 task</a>, on {task.route.name}, first seen" in viewer.open("/errors/").text


def test_tasks_that_are_well_again_are_in_no_group(viewer):
    cause = make_cause()
    fail(cause, status="processing")
    make_task(status="finished")

    assert groups(viewer) == []
    assert "No errors" in viewer.open("/errors/").text


def test_the_newest_task_is_the_sample_with_its_last_error(viewer):
    cause = make_cause()
    fail(cause)
    [task] = fail(cause, entity="order-7")
    make_message(task, "First.", level=Level.ERROR)
    make_message(task, "The target is down, order-7.", level=Level.ERROR)
    make_message(task, "Tried again later.", level=Level.NOTICE)

    [group] = groups(viewer)

    assert (group.sample.pk, group.message) == (task.pk, "The target is down, order-7.")
    assert f"/tasks/{task.identifier}/?tab=export" in viewer.open("/errors/").text


def test_the_groups_are_narrowed_by_route_status_and_time(viewer):
    one, two = make_cause("One."), make_cause("Two.")
    route = make_route()
    long_ago = timezone.now() - timedelta(days=3)
    fail(one, 2, route)
    fail(two, 1, status="rejected", updated_at=long_ago)

    assert told(viewer) == [("One.", "2"), ("Two.", "1")]
    assert told(viewer, f"?route={route.identifier}") == [("One.", "2")]
    assert told(viewer, "?status=rejected") == [("Two.", "1")]
    assert told(viewer, "?updated_after=-24h") == [("One.", "2")]
    assert told(viewer, "?status=rejected&updated_after=-24h") == []
    assert "No error matches" in viewer.open("/errors/?status=retry").text


def test_a_filter_that_cannot_be_read_is_refused_in_words(viewer):
    page = viewer.open("/errors/?status=finished&route=nowhere")

    assert page.response.status_code == 400
    assert "There is no route called “nowhere”." in page.text


def test_the_groups_are_in_the_order_asked_for(viewer):
    many, late = make_cause("Many."), make_cause("Late.")
    fail(many, 2, updated_at=timezone.now() - timedelta(hours=2))
    fail(late)

    assert [text for text, _ in told(viewer)] == ["Many.", "Late."]
    assert [text for text, _ in told(viewer, "?sort=last")] == ["Late.", "Many."]


def test_more_groups_than_fit_go_on_the_next_page(viewer):
    for number in range(26):
        fail(make_cause(f"Cause {number}."))

    assert len(groups(viewer)) == 25
    assert len(groups(viewer, "?page=2")) == 1
    assert "Page 2 of 2" in viewer.open("/errors/?page=9").text


def test_a_count_ends_at_its_limit(viewer, monkeypatch):
    monkeypatch.setattr(error_counts, "EXACT_TO", 3)
    monkeypatch.setattr("tasks.errors.EXACT_TO", 3)
    fail(make_cause(), 5)

    [group] = groups(viewer)

    assert str(group.tally) == "3+"
    assert "3+ tasks" in viewer.open("/errors/").text


def test_a_group_is_a_filter_of_tasks(viewer):
    cause = make_cause()
    mine = fail(cause, 2)
    fail(make_cause("It is bent."))

    page = viewer.client.get(groups(viewer)[0].tasks_url)

    assert {task.pk for task in page.context["list"].page.rows} == {task.pk for task in mine}
    assert "The target is down." in page.content.decode()


def test_a_group_has_its_own_retry_that_asks_first_and_touches_no_other(editor):
    cause = make_cause()
    mine = fail(cause, 2) + fail(cause, 1, status="retry")
    [other] = fail(make_cause("It is bent."))
    page = editor.open("/errors/")
    assert "Retry 2 tasks" in page.text

    [group, _] = page.response.context["list"].groups
    form = {
        "verb": "retry",
        "everything": "1",
        "filter": group.retry_query,
        "newest": page.response.context["list"].watermark,
        "next": "/errors/",
    }
    [late] = fail(cause)
    asked = editor.post("/tasks/action/", **form).content.decode()
    assert "Retry 2 tasks?" in asked
    editor.post("/tasks/action/", **form, sure="1")

    found = dict(Task.objects.values_list("pk", "status"))
    assert [found[task.pk] for task in mine] == ["new", "new", "retry"]
    assert (found[other.pk], found[late.pk]) == ("failed", "failed")


def test_viewers_have_no_button_and_rejected_groups_say_what_to_do(viewer, editor):
    fail(make_cause(), 2)
    fail(make_cause("It is too large.", "size limit"), 1, status="rejected")

    assert "Retry 2 tasks" not in viewer.open("/errors/").text
    text = editor.open("/errors/?status=rejected").text
    assert "Retry" not in text.split('id="errors"')[1]
    assert "or the limit that refuses them, and import them again" in text


def test_the_change_before_the_first_failure_is_named_with_a_link_to_what_it_changed(viewer):
    route = make_route()
    change(route.incoming, timedelta(hours=5))
    number = change(route.outgoing, timedelta(hours=2))
    change(route, timedelta(minutes=10))
    fail(make_cause(ago=timedelta(hours=1)), route=route)

    [group] = groups(viewer)

    assert (group.after.configuration, group.after.number) == (route.outgoing, number)
    url = f"/outgoings/{route.outgoing.identifier}/history/{number - 1}/?against={number}"
    assert group.after.url == url
    text = viewer.open("/errors/").text
    assert f'revision {number} of {route.outgoing.name}</a> (<time datetime="' in text
    assert viewer.client.get(url).status_code == 200


def test_what_an_outgoing_uses_deep_inside_is_a_suspect_and_what_it_does_not_use_is_none(viewer):
    chain = {"prototype": "chain", "parameters": {"transformers": []}}
    inner = SavedTransformer(name="Prices", step=chain).store()
    outer = SavedTransformer(
        name="All", step={"prototype": "chain", "parameters": {"transformers": [inner.identifier]}}
    ).store()
    unused = SavedTransformer(name="Unused", step=chain).store()
    outgoing = make_outgoing([outer.identifier])
    number = change(inner, timedelta(hours=3))
    change(unused, timedelta(hours=2))
    fail(make_cause(ago=timedelta(hours=1)), route=make_route(outgoing=outgoing))

    [group] = groups(viewer)

    assert (group.after.configuration, group.after.number) == (inner, number)


def test_neither_old_changes_nor_first_revisions_are_suspects(viewer):
    route = make_route(incoming=make_incoming())
    change(route.outgoing, timedelta(days=2))
    fail(make_cause(ago=timedelta(hours=1)), route=route)

    assert groups(viewer)[0].after is None


def test_the_last_hours_tell_when_tasks_failed(viewer):
    cause, now = make_cause(), timezone.now()
    fail(cause, 3, updated_at=now - timedelta(minutes=5))
    fail(cause, 1, updated_at=now - timedelta(hours=2, minutes=5))
    fail(cause, 1, updated_at=now - timedelta(days=2))

    [group] = groups(viewer)

    assert group.hours == [0] * 21 + [1, 0, 3]


def test_tasks_that_failed_without_a_cause_are_not_passed_over(viewer):
    make_task(status="failed")

    assert "1 task failed without a cause" in viewer.open("/errors/").text


def test_the_groups_come_alone_for_a_refresh(viewer):
    fail(make_cause())

    response = viewer.client.get("/errors/", headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<div id="errors"')


def test_the_dashboard_names_the_leading_causes(viewer):
    for number, text in enumerate(("Least.", "Fewer.", "Many.", "Most."), 1):
        fail(make_cause(text), number)

    causes = viewer.client.get("/").context["causes"]

    assert [(cause.text, tally.number) for cause, tally in causes] == [
        ("Most.", 4),
        ("Many.", 3),
        ("Fewer.", 2),
    ]
