"""The audit trail by REST, and what a key does in it."""

import pytest

from alumio import audit
from alumio.audit import Actor
from alumio.models import ApiKey, AuditEntry, User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ANNA = Actor("anna@example.com", via="page", address="2001:db8::1")


def test_what_a_key_does_is_noted_under_its_name_and_that_of_its_maker(editor, db):
    kim = User.objects.create_user("kim@example.com", role="editor")
    ApiKey.objects.update(created_by=kim)

    editor.post("storages", {"name": "Seen", "identifier": "seen"})
    editor.patch("storages/seen", {"enabled": False})
    editor.delete("storages/seen")

    entries = AuditEntry.objects.order_by("id")
    assert [entry.action for entry in entries] == ["create", "disable", "delete"]
    assert {(e.who, e.user, e.via) for e in entries} == {("API key test editor", kim, "api")}
    assert [entry.revision for entry in entries] == [1, 2, 2]


def test_a_refused_change_leaves_no_entry(editor):
    editor.post("storages", {"name": ""})
    editor.post("storages", {"name": "Seen", "identifier": "seen"})
    editor.patch("storages/seen", {"description": "x"}, **{"If-Match": '"7"'})
    editor.delete("storages/seen", **{"If-Match": '"7"'})

    assert [entry.action for entry in AuditEntry.objects.all()] == ["create"]


def test_the_trail_is_listed_with_a_sentence_and_filtered(administrator):
    audit.record(ANNA, "sign-in")
    audit.record(ANNA, "retry", criteria={"status": ["failed"]}, changed=5, not_allowed=1)

    answer = administrator.get("audit?action=retry&who=anna@example.com").body

    assert answer["count"] == 1
    (entry,) = answer["results"]
    assert entry["sentence"] == "anna@example.com retried 5 tasks: status failed; 1 not allowed"
    assert (entry["filter"], entry["changed"], entry["not_allowed"]) == (
        {"status": ["failed"]},
        5,
        1,
    )
    assert (entry["via"], entry["address"]) == ("page", "2001:db8::1")
    assert administrator.get("audit?address=2001:0db8:0::1").body["count"] == 2


def test_pages_follow_each_other_newest_first(administrator):
    for number in range(5):
        audit.record(ANNA, "delete", f"Route {number}")

    first = administrator.get("audit?page_size=3").body
    second = administrator.get(first["next"]).body

    subjects = [entry["subject"] for entry in first["results"] + second["results"]]
    assert subjects == [f"Route {number}" for number in (4, 3, 2, 1, 0)]


def test_nonsense_is_refused_where_it_stands(administrator):
    answer = administrator.get("audit?action=dance&after=soon")

    assert answer.status_code == 400
    assert {error["path"] for error in answer.body["errors"]} == {"action", "after"}


def test_it_is_for_administrators(editor):
    assert editor.get("audit").status_code == 403
