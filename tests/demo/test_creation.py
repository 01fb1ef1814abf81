"""`manage.py create_demo`."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from alumio.demo import door
from alumio.references import forms_by_model
from connectors.models import Connection, Storage
from routes.models import Route
from scheduler.models import ScheduledJob

pytestmark = pytest.mark.django_db


def everything() -> dict:
    return {
        (model.kind, row.identifier): (row.demo, row.revision)
        for model in forms_by_model()
        for row in model.objects.all()
    }


def test_it_makes_two_routes_with_all_they_need_and_marks_everything_as_demo():
    call_command("create_demo")

    made = everything()
    assert set(made.values()) == {(True, 1)}
    assert {"demo-orders-to-erp", "demo-products-to-erp"} == {
        r.identifier for r in Route.objects.all()
    }
    assert Route.objects.get(identifier="demo-orders-to-erp").retry_enabled


def test_what_it_makes_is_due_at_once():
    call_command("create_demo")

    for job in ScheduledJob.objects.all():
        assert job.checked_until < job.created_at


def test_repeating_it_changes_nothing(capsys):
    call_command("create_demo")
    before = everything()

    call_command("create_demo")

    assert everything() == before
    assert "there already" in capsys.readouterr().out


def test_repeating_it_makes_what_was_deleted():
    call_command("create_demo")
    ScheduledJob.objects.all().delete()

    call_command("create_demo")

    assert ScheduledJob.objects.count() == 3


def test_if_empty_leaves_an_instance_alone_that_has_any_configuration():
    Storage(name="Mine", identifier="mine").store()

    call_command("create_demo", "--if-empty")

    assert list(everything()) == [("storage", "mine")]


def test_it_refuses_to_touch_a_users_own_configuration_of_the_same_name():
    Storage(name="Mine", identifier="demo-bookmarks").store()

    with pytest.raises(CommandError, match=r"storage of your own called “demo-bookmarks”"):
        call_command("create_demo")

    assert list(everything()) == [("storage", "demo-bookmarks")]


def test_after_a_start_on_another_port_the_connections_follow(settings):
    call_command("create_demo")
    settings.ALUMIO_PORT = 9999

    call_command("create_demo", "--if-empty")

    shop = Connection.objects.get(identifier=door.SHOP)
    assert "http://127.0.0.1:9999/demo/shop" in str(shop.client)
    assert shop.demo


def test_a_connection_that_somebody_edited_is_left_as_it_is(settings, django_user_model):
    call_command("create_demo")
    shop = Connection.objects.get(identifier=door.SHOP)
    shop.store(user=django_user_model.objects.create_user("editor@example.com"))
    settings.ALUMIO_PORT = 9999

    call_command("create_demo", "--if-empty")

    shop.refresh_from_db()
    assert "9999" not in str(shop.client)
