"""Who calls the REST API: keys, their roles, and how their use is noted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alumio.models import ApiKey
from tests.world import make_route

pytestmark = pytest.mark.django_db


def status(path="/api/v1/tasks", **headers) -> int:
    return Client().get(path, headers=headers).status_code


def test_without_a_key_or_with_a_wrong_one_the_answer_is_401(viewer):
    answer = Client().get("/api/v1/tasks")
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    for text in ("", "ak_", "ak_wrong", viewer.text + "x", viewer.text[3:], "ak_\xff"):
        assert status(Authorization=f"Bearer {text}") == 401
    assert status(Authorization=f"Basic {viewer.text}") == 401


def test_a_revoked_key_is_refused(viewer):
    assert viewer.get("tasks").status_code == 200

    ApiKey.objects.update(revoked_at=timezone.now())

    assert viewer.get("tasks").status_code == 401


def test_the_key_of_somebody_who_may_not_sign_in_any_more_is_refused(viewer, django_user_model):
    person = django_user_model.objects.create_user("kim@example.com", is_active=False)

    ApiKey.objects.update(created_by=person)

    assert viewer.get("tasks").status_code == 401


def test_the_key_is_stored_as_a_hash_only(viewer):
    row = ApiKey.objects.values().get()

    assert viewer.text not in map(str, row.values())


def test_its_last_use_is_noted_at_most_once_a_minute(viewer, django_assert_num_queries):
    viewer.get("tasks")
    first = ApiKey.objects.get().last_used_at
    assert first is not None

    with django_assert_num_queries(3):  # key, rows, count: no write
        viewer.get("tasks")
    assert ApiKey.objects.get().last_used_at == first

    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    viewer.get("tasks")
    assert ApiKey.objects.get().last_used_at >= first


def test_a_viewer_reads_and_an_editor_also_changes(viewer, editor):
    route = make_route()
    path = f"routes/{route.identifier}"

    refused = viewer.patch(path, {"name": "B"})
    assert (refused.status_code, list(refused.body)) == (403, ["detail"])
    assert viewer.post("tasks/retry", {"identifiers": []}).status_code == 403
    assert viewer.post(f"{path}/run").status_code == 403
    assert viewer.get(path).status_code == 200
    assert editor.patch(path, {"name": "B"}).status_code == 200


def test_a_person_who_is_signed_in_may_use_the_api_but_changes_need_the_token_of_the_page(
    client, django_user_model
):
    person = django_user_model.objects.create_user("kim@example.com", role="editor")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)

    assert browser.get("/api/v1/tasks").status_code == 200
    forged = browser.post("/api/v1/storages", "{}", content_type="application/json")
    assert forged.status_code == 403


def test_a_key_may_never_more_than_the_person_who_made_it(editor, django_user_model):
    person = django_user_model.objects.create_user("kim@example.com", role="editor")
    ApiKey.objects.update(created_by=person)
    assert editor.post("storages", {"name": "A"}).status_code == 201

    person.role = "viewer"
    person.save()

    assert editor.post("storages", {"name": "B"}).status_code == 403
    assert editor.get("storages").status_code == 200
