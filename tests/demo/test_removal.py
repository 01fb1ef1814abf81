"""One click takes the demo away, and nothing else."""

import pytest
from django.urls import reverse

from alumio.demo import removal
from alumio.models import Revision
from alumio.references import forms_by_model
from connectors.models import Incoming, Outgoing, StorageItem
from routes.models import Route
from scheduler import queue
from scheduler.models import Occurrence, Process
from tasks.models import Message, Payload, Task
from tasks.pipeline import import_entities
from tests.pages.conftest import signed_in
from tests.world import make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def rows_left() -> dict[str, int]:
    models = (Task, Payload, Message, Process, Occurrence, StorageItem, Revision)
    left = {model.__name__: model.objects.count() for model in (*models, *forms_by_model())}
    return {name: count for name, count in left.items() if count}


def test_one_click_takes_away_everything_that_the_demo_made(running_demo):
    person = signed_in("administrator")
    running_demo()
    assert Task.objects.count() > 50

    answer = person.post(reverse("remove-demo"))

    assert "The demo was removed" in answer.content.decode()
    assert rows_left() == {}


def test_a_users_own_routes_tasks_and_processes_stay(running_demo):
    own = make_route(entities=[{"sku": "A"}])
    import_entities(own.incoming)
    running_demo()
    queue.enqueue(own, "person")
    before = rows_of(own)

    removal.remove()

    assert rows_of(own) == before
    assert Route.objects.count() == Incoming.objects.count() == Outgoing.objects.count() == 1


def rows_of(route) -> tuple:
    tasks = list(Task.objects.filter(route=route).values_list("identifier", flat=True))
    return (
        tasks,
        Message.objects.filter(task__route=route).count(),
        Process.objects.filter(route=route).count(),
        Revision.objects.filter(kind="route", object_id=route.pk).count(),
    )


def test_it_is_refused_while_a_users_own_configuration_uses_some_of_it(demo):
    person = signed_in("administrator")
    make_route(incoming=Incoming.objects.get(identifier="demo-shop-orders"))
    route = Route.objects.get(demo=False)

    text = person.post(reverse("remove-demo")).content.decode()

    assert f"the route “{route.name}” (uses “Demo shop: new orders”)" in text
    assert Route.objects.filter(demo=True, enabled=True).count() == 2


def test_what_is_named_inside_of_settings_counts_as_used_too(demo):
    copy = Incoming.objects.get(identifier="demo-shop-orders")
    Incoming(
        name="My orders", identifier="my-orders", subscriber=copy.subscriber, transformers=[]
    ).store()

    uses = removal.outside_uses()

    assert "the incoming “My orders” (uses “Demo shop”)" in uses
    assert "the incoming “My orders” (uses “Demo: bookmarks”)" in uses


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_administrators_may_remove_it(demo, role):
    person = signed_in(role)

    assert person.client.post(reverse("remove-demo")).status_code == 403
    assert Route.objects.filter(demo=True).exists()


def test_what_waits_is_taken_out_of_the_queue_and_a_second_click_does_no_harm(demo):
    person = signed_in("administrator")
    queue.enqueue(Route.objects.get(identifier="demo-orders-to-erp"), "person")

    person.post(reverse("remove-demo"))
    again = person.post(reverse("remove-demo"))

    assert again.status_code == 200
    assert not Process.objects.exists()
