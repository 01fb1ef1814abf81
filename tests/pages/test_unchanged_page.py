"""Remembered entities: what is listed, why one was skipped or sent, and forgetting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alumio.models import AuditEntry
from routes.models import Route
from scheduler.chores import BY_KIND
from scheduler.models import Kind, Process
from tasks import forgetting, unchanged
from tasks.models import Memory, Task
from tasks.pipeline import export_tasks, import_entities
from tasks.run import Run
from tests import fakes
from tests.world import make_incoming, make_route, make_schema, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ONE = [{"sku": "A", "price": 1, "name": "Chair"}]


def route_that(what="skip", **fields) -> Route:
    schema = make_schema(identifier=f"schema-{Route.objects.count()}")
    return make_route(incoming=make_incoming(schema=schema), unchanged=what, **fields)


def fetch(route, *records) -> None:
    fakes.SOURCE["pages"] = [list(records)]
    import_entities(route.incoming)


def remember(route, *entities, age_minutes=1) -> None:
    seen = timezone.now() - timedelta(minutes=age_minutes)
    Memory.objects.bulk_create(
        Memory(route=route, entity_identifier=entity, digest=unchanged.digest(entity), seen_at=seen)
        for entity in entities
    )


def listed(person, query="") -> list[str]:
    page = person.client.get(f"/unchanged/{query}")
    assert page.status_code == 200
    return [memory.entity_identifier for memory in page.context["list"].page.rows]


def chosen(person, query="", **data) -> dict:
    """What the page of the list would post."""
    page = person.client.get(f"/unchanged/{query}").context["list"]
    return {"until": page.until, "filter": page.filter_query(), **data}


def why(person, task) -> str:
    """The card on the task's page, with blanks made one."""
    text = person.client.get(f"/tasks/{task.identifier}/").content.decode()
    return " ".join(
        text.partition('aria-labelledby="why-title"')[2].partition("</section>")[0].split()
    )


# ---------------------------------------------------------------- the list


def test_remembered_entities_are_listed_with_the_task_they_were_last_sent_with(viewer):
    route = route_that()
    fetch(route, *ONE)
    task = Task.objects.get()

    page = viewer.open("/unchanged/").text

    assert listed(viewer) == ["A"]
    assert f"/tasks/{task.identifier}/" in page
    assert unchanged.digest('{"sku":"A","price":1,"name":"Chair"}') in page
    assert "does not count" not in page


def test_what_was_not_delivered_is_marked_as_not_counting(viewer):
    route = route_that()
    fetch(route, *ONE)
    fakes.TARGET.down = True
    export_tasks(route)

    assert "does not count" in viewer.open("/unchanged/").text


def test_filters_of_the_address_narrow_the_list(viewer):
    one, other = route_that(), route_that()
    remember(one, "order-1", "order-2")
    remember(other, "order-2", "price-1", age_minutes=180)

    assert listed(viewer) == ["price-1", "order-2", "order-2", "order-1"]
    assert listed(viewer, f"?route={one.identifier}") == ["order-1", "order-2"]
    assert listed(viewer, "?entity_identifier=order-2") == ["order-2", "order-2"]
    assert listed(viewer, "?entity_identifier__contains=PRICE") == ["price-1"]
    assert listed(viewer, "?seen_after=-1h") == ["order-2", "order-1"]
    assert listed(viewer, "?seen_before=-1h") == ["price-1", "order-2"]
    assert listed(viewer, f"?route={one.identifier}&route={other.identifier}&seen_after=-4h") == [
        "price-1",
        "order-2",
        "order-2",
        "order-1",
    ]


def test_a_filter_that_cannot_be_read_is_told(viewer):
    page = viewer.client.get("/unchanged/?route=nowhere&seen_after=soon")

    assert page.status_code == 400
    assert "This filter cannot be applied" in page.content.decode()


@pytest.mark.parametrize("narrowed", [True, False])
def test_pages_go_by_keyset_within_one_route_and_over_all(viewer, narrowed):
    route = route_that()
    remember(route, *(f"entity-{number:03}" for number in range(120)))
    query = f"?route={route.identifier}" if narrowed else ""

    seen, address = [], f"/unchanged/{query}"
    while address:
        page = viewer.client.get(address).context["list"]
        seen += [memory.entity_identifier for memory in page.page.rows]
        address = page.next_url()

    expected = [f"entity-{number:03}" for number in range(120)]
    assert seen == (expected if narrowed else expected[::-1])


def test_an_empty_memory_says_how_to_begin(viewer):
    assert "Nothing is remembered" in viewer.open("/unchanged/").text
    assert "Every route sends unchanged entities anyway" in viewer.open("/unchanged/").text
    assert "No remembered entity matches" in viewer.open("/unchanged/?entity_identifier=A").text


def test_the_list_asks_the_same_few_questions_however_long_it_is(
    viewer, django_assert_max_num_queries
):
    routes = [route_that() for _ in range(5)]
    for route in routes:
        remember(route, *(f"entity-{number}" for number in range(10)))

    with django_assert_max_num_queries(8):
        viewer.client.get("/unchanged/")


# ---------------------------------------------------------------- why


def test_a_skipped_task_names_the_one_it_is_identical_to(viewer):
    route = route_that()
    fetch(route, *ONE)
    fetch(route, *ONE)
    sent, skipped = Task.objects.order_by("id")

    text = why(viewer, skipped)

    assert "Skipped as unchanged" in text
    assert f'Identical to <a href="/tasks/{sent.identifier}/">' in text


def test_a_sent_task_shows_the_fields_that_made_it_count_as_changed(viewer):
    route = route_that()
    fetch(route, *ONE)
    fetch(route, *ONE)
    fetch(route, {"sku": "A", "price": 2, "colour": "red"})
    sent, _, changed = Task.objects.order_by("id")

    text = why(viewer, changed)

    assert "Sent as changed" in text
    assert sent.identifier in text
    for field in ("price", "colour", "name"):
        assert f"{field}</div>" in text
    assert "sku</div>" not in text


def test_another_order_of_fields_is_told_since_the_hash_sees_it(viewer):
    route = route_that()
    fetch(route, {"sku": "A", "price": 1})
    fetch(route, {"price": 1, "sku": "A"})

    assert "Only the order of its fields is different" in why(viewer, Task.objects.latest("id"))


def test_what_is_sent_again_because_the_last_one_failed_is_told(viewer):
    route = route_that()
    fetch(route, *ONE)
    fakes.TARGET.down = True
    export_tasks(route)
    fetch(route, *ONE)

    text = why(viewer, Task.objects.latest("id"))

    assert "Sent again though unchanged" in text
    assert "was not delivered, so it does not count" in text


def test_what_is_sent_again_because_it_was_forgotten_is_told(viewer):
    route = route_that()
    fetch(route, *ONE)
    Memory.objects.all().delete()
    fetch(route, *ONE)

    assert "somebody had it forgotten" in why(viewer, Task.objects.latest("id"))


def test_a_first_task_and_a_route_that_sends_everything_compare_nothing(viewer):
    fetch(first := route_that(), *ONE)
    assert "Not known to the route before" in why(viewer, Task.objects.get(route=first))

    fetch(sending := route_that("send"), *ONE)
    assert why(viewer, Task.objects.get(route=sending)) == ""


def test_a_removed_predecessor_is_told(viewer):
    route = route_that()
    fetch(route, *ONE)
    Memory.objects.update(task=None)
    Task.objects.all().delete()
    fetch(route, *ONE)

    assert statuses(route) == ["skipped"]
    assert "a task that retention has removed since" in why(viewer, Task.objects.get())


def test_the_page_of_a_memory_compares_what_was_last_sent_with_what_was_before(viewer):
    route = route_that()
    fetch(route, *ONE)
    fetch(route, {"sku": "A", "price": 2, "name": "Chair"})

    page = viewer.open(f"/unchanged/{Memory.objects.get().pk}/").text

    assert "Sent as changed" in page
    assert "price</div>" in page
    assert viewer.client.get("/unchanged/999999/").status_code == 404


# ---------------------------------------------------------------- forgetting


def test_forgetting_asks_first_and_says_what_follows(editor):
    remember(route_that(), "A", "B", "C")
    ids = [str(pk) for pk in Memory.objects.values_list("pk", flat=True)[:2]]

    page = editor.post("/unchanged/forget/", **chosen(editor, ids=ids)).content.decode()

    assert "Forget 2 entities?" in page
    assert "sent again the next time the source gives them" in page
    assert Memory.objects.count() == 3


def test_what_was_forgotten_is_sent_the_next_time(editor):
    route = route_that("ignore")
    fetch(route, *ONE)
    memory = Memory.objects.get()

    editor.post("/unchanged/forget/", **chosen(editor, ids=[memory.pk], sure="1"))
    fetch(route, *ONE)

    assert statuses(route) == ["new", "new"]


def test_all_that_match_are_forgotten_and_nothing_else(editor):
    one, other = route_that(), route_that()
    remember(one, "A", "B")
    remember(other, "A")

    query = f"?route={one.identifier}"
    answer = editor.post("/unchanged/forget/", **chosen(editor, query, everything="1", sure="1"))

    assert list(Memory.objects.values_list("route", "entity_identifier")) == [(other.pk, "A")]
    assert "2 forgotten: sent again" in answer.content.decode()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.changed, entry.criteria) == (
        "forget",
        2,
        {"route": [one.identifier]},
    )


def test_what_is_remembered_after_the_click_stays(editor):
    route = route_that()
    remember(route, "A", "B")
    click = chosen(editor, everything="1", sure="1")
    Memory.objects.filter(entity_identifier="A").update(seen_at=timezone.now())
    remember(route, "C", age_minutes=-1)

    editor.post("/unchanged/forget/", **click)

    assert set(Memory.objects.values_list("entity_identifier", flat=True)) == {"A", "C"}


def test_one_by_one_the_trail_names_them(editor):
    route = route_that()
    remember(route, "A", "B")
    memory = Memory.objects.get(entity_identifier="A")

    editor.post("/unchanged/forget/", **chosen(editor, ids=[memory.pk], sure="1"))
    editor.post("/unchanged/forget/", **chosen(editor, ids=[memory.pk], sure="1"))

    second, first = AuditEntry.objects.all()
    assert (first.changed, first.criteria) == (1, {"entity": [f"{route.identifier} › A"]})
    assert second.changed == 0


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"until": "2026-01-01T00:00:00+00:00"},
        {"until": "2026-01-01T00:00:00", "ids": ["1"]},
        {"until": "soon", "ids": ["1"]},
        {"until": "2026-01-01T00:00:00+00:00", "ids": ["one"]},
        {"until": "2026-01-01T00:00:00+00:00", "everything": "1", "filter": "colour=red"},
    ],
)
def test_a_choice_that_cannot_be_read_forgets_nothing(editor, posted):
    remember(route_that(), "A")

    answer = editor.post("/unchanged/forget/", **posted, sure="1")

    assert answer.status_code == 200
    assert Memory.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_viewers_forget_nothing(viewer):
    remember(route_that(), "A")

    answer = viewer.post("/unchanged/forget/", **chosen(viewer, everything="1", sure="1"))

    assert answer.status_code == 403
    assert "Forget" not in viewer.open("/unchanged/").text.partition("<main")[2]


class Cut(Exception):
    """The worker dies."""


class MortalRun(Run):
    """Dies at its `deaths`-th checkpoint; keeps its cursor as a process would."""

    def __init__(self, cursor=None, counts=(), dies_at=None):
        super().__init__()
        self.cursor, self.dies_at, self.checks = cursor, dies_at, 0
        self.counts.update(dict(counts))

    def keep(self, cursor=None):
        self.cursor = cursor

    def check(self):
        self.checks += 1
        if self.checks == self.dies_at:
            raise Cut


@pytest.fixture
def many(monkeypatch):
    """Ten thousand is many; here it is three."""
    monkeypatch.setattr(forgetting, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(forgetting, "CHUNK", 2)


def test_more_are_forgotten_by_a_process_that_goes_on_where_it_was_killed(editor, many):
    route = route_that()
    remember(route, *(f"entity-{number}" for number in range(7)))
    remember(other := route_that(), "entity-0")
    query = f"?route={route.identifier}"

    editor.post("/unchanged/forget/", **chosen(editor, query, everything="1", sure="1"))

    process = Process.objects.get()
    assert (process.job, process.name) == (Kind.FORGET, "Forget 7 unchanged entities")
    assert AuditEntry.objects.get().process == process.pk
    first = MortalRun(dies_at=3)
    with pytest.raises(Cut):
        BY_KIND[Kind.FORGET](process.arguments, first)
    assert first.counts["forgotten"] == 4
    second = MortalRun(first.cursor, first.counts)
    assert BY_KIND[Kind.FORGET](process.arguments, second) == "7 forgotten."
    assert list(Memory.objects.values_list("route", flat=True)) == [other.pk]


def test_two_clicks_on_the_same_question_are_one_process(editor, many):
    remember(route_that(), *"ABCDE")
    click = chosen(editor, everything="1", sure="1")

    editor.post("/unchanged/forget/", **click)
    editor.post("/unchanged/forget/", **click)

    assert Process.objects.count() == 1
    assert AuditEntry.objects.count() == 1
