"""REST: tasks are read exactly, listed by keyset, and changed by the rules of their machine."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from alumio import keyset
from tasks.models import Message, Payload, Task
from tasks.pipeline import export_tasks, import_entities
from tests.world import make_route, make_schema, make_tasks, statuses

pytestmark = [pytest.mark.django_db]


def identifiers(answer) -> list[str]:
    assert answer.status_code == 200, answer.body
    return [task["identifier"] for task in answer.body["results"]]


def errors(answer) -> dict[str, str]:
    assert answer.status_code == 400, answer.body
    return {error["path"]: error["message"] for error in answer.body["errors"]}


def test_a_task_is_read_with_its_exact_data_and_both_logs(viewer):
    route = make_route(entities=[{"sku": "A", "price": 1, "big": 12345678901234567890123}])
    Task.objects.all().delete()
    import_entities(route.incoming)
    export_tasks(route)
    task = Task.objects.get()
    Payload.objects.update(data='{"price":1.10,"big":12345678901234567890123}')

    answer = viewer.get(f"tasks/{task.identifier}")

    assert b'"entity":{"price":1.10,"big":12345678901234567890123}' in answer.content
    assert answer.body["status"] == "finished"
    assert answer.body["route"] == route.identifier
    assert answer.body["idempotency_key"] == f"{task.identifier}-1"
    assert answer.body["import_messages"][0]["text"].startswith("Imported")
    assert answer.body["export_messages"][-1]["level"] in ("info", "notice")


def test_of_a_rejected_task_the_beginning_of_its_text_is_shown(viewer):
    [task] = make_tasks(make_route(), "rejected")
    Payload.objects.create(task=task, data='{"sku": "cut off he')

    assert viewer.get(f"tasks/{task.identifier}").body["entity"] == '{"sku": "cut off he'


def test_the_detail_of_a_message_is_json(viewer):
    [task] = make_tasks(make_route(), "failed")
    Message.objects.create(
        task=task, phase="export", created_at=timezone.now(), text="Sent.", detail='{"status":503}'
    )

    [message] = viewer.get(f"tasks/{task.identifier}").body["export_messages"]

    assert message["detail"] == {"status": 503}


def test_an_unknown_task_is_told(viewer):
    assert viewer.get("tasks/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404
    assert viewer.get("tasks/%00").status_code == 404


def test_the_list_is_newest_first_and_pages_in_both_directions(viewer):
    tasks = [t.identifier for t in reversed(make_tasks(make_route(), *["new"] * 7))]

    first = viewer.get("tasks?page_size=3")
    second = viewer.get(first.body["next"])
    third = viewer.get(second.body["next"])
    back = viewer.get(third.body["previous"])

    assert [identifiers(page) for page in (first, second, third)] == [
        tasks[0:3],
        tasks[3:6],
        tasks[6:7],
    ]
    assert (first.body["previous"], third.body["next"]) == (None, None)
    assert identifiers(back) == tasks[3:6]
    assert identifiers(viewer.get(back.body["previous"])) == tasks[0:3]
    assert viewer.get(back.body["previous"]).body["previous"] is None


def test_tasks_that_arrive_while_paging_shift_nothing(viewer):
    route = make_route()
    tasks = [t.identifier for t in reversed(make_tasks(route, *["new"] * 4))]
    first = viewer.get("tasks?page_size=2")

    make_tasks(route, "new", "new")

    assert identifiers(viewer.get(first.body["next"])) == tasks[2:4]


def test_links_keep_the_filter(viewer):
    make_tasks(make_route(), *["new"] * 3)
    make_tasks(make_route(), *["failed"] * 3)

    link = viewer.get("tasks?status=new&page_size=2").body["next"]

    assert "status=new" in urlsplit(link).query
    assert len(identifiers(viewer.get(link))) == 1


def test_a_count_is_exact_up_to_a_limit_and_says_when_it_is_not(viewer, monkeypatch):
    monkeypatch.setattr(keyset, "EXACT_TO", 3)
    route = make_route()
    make_tasks(route, *["new"] * 3)
    exact = viewer.get("tasks").body
    make_tasks(route, "new")
    more = viewer.get("tasks").body

    assert (exact["count"], exact.get("count_exact", True)) == (3, True)
    assert (more["count"], more["count_exact"]) == (3, False)


def test_filters_narrow_together_and_several_values_widen(viewer):
    schema = make_schema()
    first, second = make_route(), make_route()
    make_tasks(first, "new", "failed", entity_schema=schema.identifier, entity_identifier="ABC-1")
    [other] = make_tasks(second, "failed", entity_identifier="XYZ")

    def count(query):
        return viewer.get(f"tasks?{query}").body["count"]

    assert count("status=new,failed") == 3
    assert count("status=new&status=failed") == 3
    assert count(f"status=failed&route={first.identifier}") == 1
    assert count(f"route={first.identifier},{second.identifier}") == 3
    assert count("entity_schema=item") == 2
    assert count("entity_schema__contains=TE") == 2
    assert count("entity_identifier=ABC-1") == 2
    assert count("entity_identifier=abc") == 0
    assert count("entity_identifier__contains=abc") == 2
    assert count(f"identifier={other.identifier}") == 1
    assert count(f"identifier__contains={other.identifier[-6:].lower()}") == 1
    assert count("created_before=2020-01-01") == 0
    assert count("created_after=2020-01-01&updated_after=2020-01-01T00:00:00%2B01:00") == 3
    assert count("updated_before=2020-01-01") == 0


def test_what_is_no_filter_or_no_value_of_it_is_refused_by_name(viewer):
    answer = viewer.get("tasks?stats=new&status=done&page_size=5")
    assert errors(answer) == {
        "stats": "There is no filter “stats”.",
        "status": "There is no status “done”.",
    }
    for query in ("page_size=501", "page_size=0", "page_size=x", "cursor=x", "cursor=WzEsMl0"):
        assert set(errors(viewer.get(f"tasks?{query}"))) == {query.split("=")[0]}


def test_a_list_reads_no_payload_and_makes_no_query_a_row(viewer, django_assert_num_queries):
    viewer.get("tasks")
    for _ in range(3):
        make_tasks(make_route(), "new", "failed")

    with django_assert_num_queries(3) as captured:  # key, rows, count
        assert viewer.get("tasks").body["count"] == 6
    assert not any("tasks_payload" in query["sql"] for query in captured)


def test_verbs_change_what_they_may_and_count_the_rest(editor):
    route = make_route()
    new, failed, waiting = make_tasks(route, "new", "failed", "waiting")
    wanted = {"identifiers": [t.identifier for t in (new, failed, waiting)]}

    assert editor.post("tasks/retry", wanted).body == {"changed": 1, "not_allowed": 2}
    assert editor.post("tasks/skip", wanted).body == {"changed": 2, "not_allowed": 1}
    assert editor.post("tasks/mark-failed", wanted).body == {"changed": 1, "not_allowed": 2}
    assert statuses(route) == ["skipped", "skipped", "failed"]
    assert editor.post("tasks/mark-finished", wanted).body == {"changed": 0, "not_allowed": 3}


def test_a_change_names_the_key_in_the_messages_of_the_task(editor):
    [task] = make_tasks(make_route(), "failed")

    editor.post("tasks/retry", {"identifiers": [task.identifier]})

    [message] = editor.get(f"tasks/{task.identifier}").body["export_messages"]
    assert (message["level"], message["text"]) == ("notice", "Retried by API key test editor.")


def test_a_filter_reaches_all_that_match(editor):
    route, other = make_route(), make_route()
    make_tasks(route, "failed", "failed", "finished")
    make_tasks(other, "failed")

    answer = editor.post(
        "tasks/retry", {"filter": {"route": [route.identifier], "status": ["failed"]}}
    )

    assert answer.body == {"changed": 2, "not_allowed": 0}
    assert statuses(route) == ["new", "new", "finished"]
    assert statuses(other) == ["failed"]


def test_every_task_must_be_asked_for_by_name(editor):
    make_tasks(make_route(), "failed", "new")

    assert set(errors(editor.post("tasks/retry", {"filter": {}}))) == {"filter"}
    assert set(errors(editor.post("tasks/retry", {"filter": {"status": []}}))) == {"filter"}
    assert editor.post("tasks/retry", {"filter": {"all": True}}).body == {
        "changed": 1,
        "not_allowed": 1,
    }


def test_a_request_that_does_not_say_which_tasks_is_refused(editor):
    for body in (
        {},
        {"identifiers": [], "filter": {"all": True}},
        {"identifier": []},
        {"identifiers": "X"},
        {"identifiers": [1]},
        {"filter": []},
        {"filter": {"all": False}},
        {"filter": {"all": True, "status": "new"}},
        {"filter": {"state": "new"}},
        {"filter": {"status": "done"}},
        {"filter": {"created_after": {"a": 1}}},
    ):
        assert editor.post("tasks/skip", body).status_code == 400, body
    assert "filter.state" in errors(editor.post("tasks/skip", {"filter": {"state": "new"}}))


def test_only_the_verbs_of_a_person_have_a_door(editor):
    assert editor.post("tasks/claim", {"filter": {"all": True}}).status_code in (404, 405)
    assert editor.get("tasks/retry").status_code == 405
