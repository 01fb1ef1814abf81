"""The memory of unchanged entities by REST."""

import pytest
from django.utils import timezone

from alumio.models import AuditEntry
from scheduler.models import Process
from tasks import forgetting
from tasks.models import Memory
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def remember(route, *entities) -> None:
    for entity in entities:
        now = timezone.now()
        Memory.objects.create(route=route, entity_identifier=entity, digest="d" * 64, seen_at=now)


def test_remembered_entities_are_listed_and_filtered(viewer):
    one, other = make_route(), make_route()
    remember(one, "A", "B")
    remember(other, "A")

    everything = viewer.get("unchanged").body
    found = viewer.get(f"unchanged?route={one.identifier}&entity_identifier=A").body

    assert everything["count"] == 3
    (entity,) = found["results"]
    assert (entity["route"], entity["entity_identifier"]) == (one.identifier, "A")
    assert (entity["content_hash"], entity["task"], entity["counts"]) == ("d" * 64, None, True)


def test_pages_follow_each_other_in_both_orders(viewer):
    route = make_route()
    remember(route, *"CABED")

    for query, expected in (("", "DEBAC"), (f"&route={route.identifier}", "ABCDE")):
        first = viewer.get(f"unchanged?page_size=3{query}").body
        second = viewer.get(first["next"]).body
        rows = first["results"] + second["results"]
        assert "".join(row["entity_identifier"] for row in rows) == expected


def test_a_cursor_of_the_other_order_is_refused(viewer):
    route = make_route()
    remember(route, *"ABCDE")
    cursor = viewer.get("unchanged?page_size=3").body["next"].partition("cursor=")[2]

    answer = viewer.get(f"unchanged?route={route.identifier}&cursor={cursor}")

    assert answer.status_code == 400
    assert answer.body["errors"][0]["path"] == "cursor"


def test_some_are_forgotten_by_id_and_some_by_filter(editor):
    one, other = make_route(), make_route()
    remember(one, "A", "B", "C")
    remember(other, "A")
    ids = list(Memory.objects.filter(entity_identifier="B").values_list("pk", flat=True))

    by_id = editor.post("unchanged/forget", {"ids": ids * 2})
    by_filter = editor.post("unchanged/forget", {"filter": {"route": [one.identifier]}})

    assert (by_id.status_code, by_id.body) == (200, {"forgotten": 1, "held": 0})
    assert by_filter.body == {"forgotten": 2, "held": 0}
    assert Memory.objects.get().route == other
    assert [e.changed for e in AuditEntry.objects.filter(action="forget")] == [2, 1]


def test_everything_is_forgotten_only_when_it_is_said(editor):
    remember(make_route(), "A")

    assert editor.post("unchanged/forget", {"filter": {}}).status_code == 400
    assert Memory.objects.exists()
    assert editor.post("unchanged/forget", {"filter": {"all": True}}).body["forgotten"] == 1


def test_many_are_forgotten_by_a_process(editor, monkeypatch):
    monkeypatch.setattr(forgetting, "MOST_AT_ONCE", 2)
    remember(make_route(), "A", "B", "C")

    answer = editor.post("unchanged/forget", {"filter": {"all": True}})

    process = Process.objects.get()
    assert (answer.status_code, answer.body) == (202, {"process": process.pk})
    assert (process.trigger, process.arguments["total"]) == ("api", 3)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"ids": [1], "filter": {"all": True}},
        {"ids": "1"},
        {"ids": [True]},
        {"ids": [-1]},
        {"ids": [2**63]},
        {"ids": list(range(1, 10_002))},
        {"filter": []},
        {"filter": {"all": False}},
        {"filter": {"all": True, "route": ["x"]}},
        {"filter": {"route": ["nowhere"]}},
        {"filter": {"seen_after": "soon"}},
        {"everything": True},
    ],
)
def test_a_choice_that_is_not_clear_is_refused_and_forgets_nothing(editor, body):
    remember(make_route(), "A")

    answer = editor.post("unchanged/forget", body)

    assert answer.status_code == 400
    assert Memory.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_viewer_forgets_nothing(viewer):
    assert viewer.post("unchanged/forget", {"filter": {"all": True}}).status_code == 403
