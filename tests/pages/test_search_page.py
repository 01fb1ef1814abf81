"""The one box for a business key: what it leads to, and what it says where it finds nothing."""

import pytest

from tests.pages.rows import make_task

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def searched(person, text, **more):
    return person.client.get("/search/", {"q": text} | more)


def led_to(person, text) -> str:
    response = searched(person, text)
    assert response.status_code == 302
    return response.headers["Location"]


def found(person, text, **more) -> list[str]:
    """The entities on the page of results, from top to bottom."""
    response = searched(person, text, **more)
    assert response.status_code == 200
    return [entity.identifier for entity in response.context["search"].entities]


def in_search(task):
    """As an import would have written it."""
    task.payload.search = f"{task.identifier} {task.entity_identifier.upper()}"
    task.payload.save()
    return task


def made(entity, **fields):
    return in_search(make_task(entity=entity, **fields))


def test_a_business_key_leads_to_its_timeline_even_where_others_contain_it(viewer):
    made("10045"), made("100456")

    assert led_to(viewer, " 10045 ") == "/tasks/entity/?id=10045"
    assert found(viewer, "10045", all=1) == ["10045", "100456"]


def test_a_tasks_identifier_leads_to_the_task_in_any_case(viewer):
    task = made("10045")

    assert led_to(viewer, task.identifier.lower()) == f"/tasks/{task.identifier}/"


def test_the_end_of_a_tasks_identifier_as_lists_show_it_leads_to_the_task(viewer):
    task = made("10045", identifier="01KXAAAAAAAAAAAAAAAAQRSTVW")
    made("10046", identifier="01KXAAAAAAAAAAAAAAAAQRSTVX")

    for text in ("QRSTVW", "qrstvw", "…AAAAQRSTVW"):
        assert led_to(viewer, text) == f"/tasks/{task.identifier}/"
    assert "Nothing found" in searched(viewer, "AAAAAA").content.decode()


def test_an_entity_called_like_the_end_of_an_identifier_comes_first(viewer):
    task = made("one", identifier="01KXAAAAAAAAAAAAAAAA100456")
    made("ORD-100456-B")

    assert led_to(viewer, "100456") == "/tasks/entity/?id=ORD-100456-B"
    assert led_to(viewer, "…100456") == f"/tasks/{task.identifier}/"


def test_several_tasks_that_end_alike_are_shown(viewer):
    made("one", identifier="01KXAAAAAAAAAAAAAAAAQRSTVW")
    made("two", identifier="01KXBBBBBBBBBBBBBBBBQRSTVW")

    text = searched(viewer, "QRSTVW").content.decode()

    assert "01KXAAAAAAAAAAAAAAAAQRSTVW" in text
    assert "01KXBBBBBBBBBBBBBBBBQRSTVW" in text


def test_parts_are_grouped_by_entity_with_counts_and_their_timelines(viewer):
    made("ORD-10045"), made("ORD-10045", status="failed"), made("ord-10045-b", status="failed")
    made("something else")

    assert found(viewer, "rd-100") == ["ord-10045-b", "ORD-10045"]
    response = searched(viewer, "rd-100")
    [other, entity] = response.context["search"].entities
    assert dict(entity.by_status) == {"new": 1, "failed": 1}
    assert str(other.total) == "1"
    assert "/tasks/entity/?id=ORD-10045" in response.content.decode()


def test_a_part_of_one_entity_only_leads_there(viewer):
    made("ORD-10045"), made("ORD-10045")

    assert led_to(viewer, "1004") == "/tasks/entity/?id=ORD-10045"


def test_signs_that_mean_something_to_the_database_are_taken_as_they_are(viewer):
    made("100%_sure"), made("100 sure"), made("100%_sure too")

    assert sorted(found(viewer, "0%_s")) == ["100%_sure", "100%_sure too"]


def test_nothing_found_says_what_was_searched_and_what_to_try(viewer):
    text = searched(viewer, "no such <thing>").content.decode()

    assert "Nothing found for “no such &lt;thing&gt;”" in text
    assert "Try a shorter part" in text


def test_nothing_asked_and_too_much_asked_are_explained(viewer):
    assert "Find every task of a record" in searched(viewer, "  ").content.decode()
    assert "Too long" in searched(viewer, "x" * 300).content.decode()
    assert searched(viewer, "\0").status_code == 200


def test_a_common_part_is_bounded_and_says_so(viewer, monkeypatch):
    monkeypatch.setattr("tasks.search.MOST_ENTITIES", 3)
    for number in range(5):
        made(f"order-{number}")

    response = searched(viewer, "order")

    assert found(viewer, "order") == ["order-4", "order-3", "order-2"]
    assert "a longer text finds fewer" in response.content.decode()


@pytest.mark.parametrize("page", ["/", "/tasks/", "/incomings/", "/processes/", "/scheduled-jobs/"])
def test_every_page_has_the_box_in_its_head(viewer, page):
    text = viewer.open(page).text

    assert 'action="/search/"' in text
    assert "data-search" in text
