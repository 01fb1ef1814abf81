"""REST: configurations go through the same form as on a page."""

import pytest

from alumio.models import Revision
from connectors.models import Connection, Incoming, Storage
from routes.models import Route
from tasks.pipeline import import_entities
from tests.world import make_incoming, make_outgoing, make_route, make_schema
from transformers.models import SavedTransformer

pytestmark = pytest.mark.django_db

MASK = "••••••••"
SOURCE = {"prototype": "fake-subscriber", "parameters": {"entities": [{"sku": "A"}]}}


def paths(answer) -> set[str]:
    assert answer.status_code == 400, answer.body
    return {error["path"] for error in answer.body["errors"]}


def test_a_configuration_is_created_read_changed_and_deleted(editor):
    made = editor.post("incomings", {"name": "Shop orders", "subscriber": SOURCE})
    assert made.status_code == 201
    assert made.headers["Location"].endswith("/api/v1/incomings/shop-orders")
    assert made.body["identifier"] == "shop-orders"
    assert made.body["subscriber"] == SOURCE
    assert (made.body["enabled"], made.body["revision"]) == (True, 1)

    changed = editor.patch("incomings/shop-orders", {"enabled": False})
    assert (changed.body["enabled"], changed.body["revision"]) == (False, 2)
    assert changed.body["subscriber"] == SOURCE

    replaced = editor.put("incomings/shop-orders", {"name": "Orders", "subscriber": SOURCE})
    assert (replaced.body["name"], replaced.body["enabled"]) == ("Orders", True)
    assert editor.get("incomings/shop-orders").body == replaced.body

    assert editor.delete("incomings/shop-orders").status_code == 204
    assert editor.get("incomings/shop-orders").status_code == 404


def test_what_was_read_can_be_sent_back_as_it_is(editor):
    route = make_route()

    for path in (
        f"routes/{route.identifier}",
        f"incomings/{route.incoming.identifier}",
        f"outgoings/{route.outgoing.identifier}",
    ):
        read = editor.get(path).body
        sent = editor.put(path, read)

        assert sent.status_code == 200, sent.body
        same = {"revision", "updated_at"}
        assert {k: v for k, v in sent.body.items() if k not in same} == {
            k: v for k, v in read.items() if k not in same
        }


def test_references_go_by_identifier(editor):
    incoming, outgoing = make_incoming(), make_outgoing()

    made = editor.post(
        "routes",
        {"name": "R", "incoming": incoming.identifier, "outgoing": outgoing.identifier},
    )

    assert made.body["incoming"] == incoming.identifier
    assert Route.objects.get().outgoing == outgoing
    wrong = editor.patch("routes/r", {"incoming": "nowhere"})
    assert wrong.body == {
        "errors": [
            {
                "path": "incoming",
                "where": "Incoming",
                "message": "There is no incoming called “nowhere”.",
            }
        ]
    }


def test_an_error_deep_inside_names_its_path_and_its_place_in_words(editor):
    step = {
        "prototype": "data",
        "parameters": {"transformers": [{"prototype": "value-setter", "parameters": {"wrong": 1}}]},
    }

    answer = editor.post("incomings", {"name": "X", "subscriber": SOURCE, "transformers": [step]})

    [error] = answer.body["errors"]
    assert error["path"].startswith("transformers.0.parameters.transformers.0")
    assert error["where"].startswith("Entity transformers › step 1 › ")
    assert "wrong" in error["message"]


def test_unknown_settings_are_refused_by_name(editor):
    answer = editor.post("incomings", {"name": "X", "subscriber": SOURCE, "transformer": []})

    assert paths(answer) == {"transformer"}
    assert "Did you mean “transformers”?" in answer.body["errors"][0]["message"]


def test_limits_of_the_model_are_errors_at_their_field(editor):
    route = make_route()

    answer = editor.patch(f"routes/{route.identifier}", {"max_retries": 11})

    assert paths(answer) == {"max_retries"}


def test_a_taken_identifier_is_an_error_at_the_identifier(editor):
    editor.post("storages", {"name": "Cache"})

    answer = editor.post("storages", {"name": "Other", "identifier": "cache"})

    assert paths(answer) == {"identifier"}


def test_an_identifier_never_changes(editor):
    editor.post("storages", {"name": "Cache"})

    assert paths(editor.patch("storages/cache", {"identifier": "other"})) == {"identifier"}


def test_switches_take_true_or_false_only(editor):
    for value in ("no", 0, None, []):
        assert paths(editor.post("storages", {"name": "Cache", "enabled": value})) == {"enabled"}


def test_rules_between_settings_hold(editor):
    route = make_route()

    answer = editor.patch(f"routes/{route.identifier}", {"parallel": True, "realtime": True})

    assert paths(answer) == {"parallel"}


def test_a_stale_revision_is_refused_with_what_changed_meanwhile(editor):
    editor.post("storages", {"name": "Cache"})
    editor.patch("storages/cache", {"description": "theirs"})

    answer = editor.patch("storages/cache", {"revision": 1, "description": "mine"})

    assert answer.status_code == 409
    assert "revision 2" in answer.body["detail"]
    assert answer.body["current"]["description"] == "theirs"
    assert answer.body["differences"] == [
        {"field": "description", "theirs": "theirs", "yours": "mine"}
    ]
    assert Storage.objects.get().description == "theirs"


def test_if_match_guards_changes_and_deletion(editor):
    tag = editor.post("storages", {"name": "Cache"}).headers["ETag"]
    newer = editor.patch("storages/cache", {"name": "B"}, **{"If-Match": tag})
    assert newer.status_code == 200

    assert editor.patch("storages/cache", {"name": "C"}, **{"If-Match": tag}).status_code == 409
    assert editor.delete("storages/cache", **{"If-Match": tag}).status_code == 409
    assert editor.delete("storages/cache", **{"If-Match": "huh"}).status_code == 400
    assert editor.delete("storages/cache", **{"If-Match": newer.headers["ETag"]}).status_code == 204


def test_every_save_keeps_a_revision_and_names_who_made_the_key(editor, django_user_model):
    editor.key.created_by = django_user_model.objects.create_user("kim@example.com", role="editor")
    editor.key.save()

    editor.post("storages", {"name": "Cache"})
    answer = editor.patch("storages/cache", {"name": "B"})

    assert answer.body["updated_by"] == "kim@example.com"
    assert Revision.objects.filter(kind="storage").count() == 2


def test_what_is_in_use_is_not_deleted_and_the_answer_says_where(editor):
    route = make_route()
    SavedTransformer(name="Clean", step={"prototype": "chain", "parameters": {}}).store()
    route.outgoing.transformers = ["clean"]
    route.outgoing.store()

    by_route = editor.delete(f"incomings/{route.incoming.identifier}")
    by_step = editor.delete("transformers/clean")

    assert by_route.status_code == by_step.status_code == 409
    assert by_route.body["uses"] == [
        {
            "kind": "route",
            "identifier": route.identifier,
            "name": route.name,
            "where": "Incoming",
        }
    ]
    assert by_step.body["uses"] == [
        {
            "kind": "outgoing",
            "identifier": route.outgoing.identifier,
            "name": route.outgoing.name,
            "where": "Entity transformers › step 1",
        }
    ]
    assert route.name in by_route.body["detail"]


def test_a_schema_in_use_is_not_deleted(editor):
    make_incoming(schema=make_schema())

    assert editor.delete("entity-schemas/item").status_code == 409


def test_secrets_are_masked_and_the_mask_keeps_them(editor, fake_client):
    def client(token, password, uri="http://a"):
        login = {"user": "u", "password": password}
        parameters = {"uri": uri, "token": token, "login": login}
        return {"prototype": fake_client, "parameters": parameters}

    made = editor.post("connections", {"name": "Shop", "client": client("s3cret", "pa55")})
    assert made.body["client"] == client(MASK, MASK)

    editor.put("connections/shop", {"name": "Shop", "client": client(MASK, "new", uri="http://b")})
    assert Connection.objects.get().client == client("s3cret", "new", uri="http://b")

    stale = editor.patch("connections/shop", {"revision": 1, "client": client("other", MASK)})
    assert stale.status_code == 409
    for answer in (stale, editor.get("connections"), editor.get("connections/shop")):
        assert not any(word in answer.content.decode() for word in ("s3cret", "pa55", "other"))


def test_numbers_stay_exact_from_body_to_answer(editor):
    text = (
        '{"name": "N", "subscriber": {"prototype": "fake-subscriber", "parameters": '
        '{"entities": [{"price": 1.10, "id": 12345678901234567890123}]}}}'
    )

    made = editor.post("incomings", text)

    assert made.status_code == 201
    assert b'{"price":1.10,"id":12345678901234567890123}' in made.content
    assert b'{"price":1.10,"id":12345678901234567890123}' in editor.get("incomings/n").content


def test_a_list_is_filtered_and_refuses_unknown_parameters_by_name(viewer):
    make_incoming(enabled=False)
    make_incoming()

    assert viewer.get("incomings?enabled=false").body["count"] == 1
    assert viewer.get("incomings?name__contains=INCOMING").body["count"] == 2
    answer = viewer.get("incomings?enabld=false&cursor=&page_size=")
    assert paths(answer) == {"enabld"}
    assert paths(viewer.get("incomings?enabled=perhaps")) == {"enabled"}


def test_a_list_shows_no_query_a_row(viewer, django_assert_num_queries):
    for _ in range(3):
        make_route()

    with django_assert_num_queries(4):  # key, its use, rows, count
        assert viewer.get("routes").body["count"] == 3


def test_a_body_that_is_not_an_object_or_not_json_is_refused_with_its_place(editor):
    assert editor.post("storages", "[]").status_code == 400
    broken = editor.post("storages", '{"name": "A",\n "name": "B"}')
    assert broken.status_code == 400
    assert broken.body["line"] == 2
    assert "name" in broken.body["detail"]
    assert editor.post("storages", '{"name": NaN}').status_code == 400
    assert editor.post("storages", b"").status_code == 400
    assert Incoming.objects.count() == 0


def test_another_media_type_and_a_wrong_method_are_refused_in_the_same_shape(editor):
    form = editor.client.post("/api/v1/storages", {"name": "A"})
    assert (form.status_code, list(form.json())) == (415, ["detail"])
    wrong = editor.patch("storages", {})
    assert (wrong.status_code, list(wrong.body)) == (405, ["detail"])


def test_a_body_that_is_too_large_is_refused(editor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = editor.post("storages", {"name": "A", "description": "x" * 200})

    assert (answer.status_code, list(answer.body)) == (413, ["detail"])


def test_addresses_work_with_and_without_a_slash_at_the_end(editor):
    assert editor.post("storages/", {"name": "Cache"}).status_code == 201
    assert editor.get("storages/cache/").body == editor.get("storages/cache").body


def test_an_unknown_address_is_told_in_json(viewer):
    answer = viewer.get("nothing/here")

    assert (answer.status_code, list(answer.body)) == (404, ["detail"])


def test_a_route_that_has_tasks_is_disabled_instead_of_deleted(editor):
    route = make_route(entities=[{"sku": "A"}])
    import_entities(route.incoming)

    answer = editor.delete(f"routes/{route.identifier}")

    assert answer.status_code == 409
    assert "still has 1 task" in answer.body["detail"]


def test_scheduled_jobs_are_configurations_like_others(editor):
    route = make_route()
    sent = {"name": "Every minute", "job": "export", "route": route.identifier}

    made = editor.post("scheduled-jobs", sent | {"expression": "* * * * *", "priority": 1})
    wrong = editor.post("scheduled-jobs", sent | {"expression": "61 * * * *"})

    assert made.status_code == 201, made.body
    assert (made.body["route"], made.body["priority"]) == (route.identifier, 1)
    assert paths(wrong) == {"expression"}
    assert editor.get(f"scheduled-jobs?route={route.identifier}").body["count"] == 1
    assert editor.delete(f"routes/{route.identifier}").status_code == 409


def logins(*passwords) -> list:
    return [{"user": f"u{n}", "password": word} for n, word in enumerate(passwords, 1)]


def test_a_mask_keeps_the_secret_of_its_item_when_items_move(editor, fake_client):
    def client(rows):
        return {"prototype": fake_client, "parameters": {"uri": "http://a", "logins": rows}}

    editor.post("connections", {"name": "Shop", "client": client(logins("one", "two"))})

    moved = editor.patch("connections/shop", {"client": client(logins(MASK, MASK)[::-1])})
    assert moved.status_code == 200
    stored = Connection.objects.get().client["parameters"]["logins"]
    assert stored == logins("one", "two")[::-1]

    left = editor.patch("connections/shop", {"client": client(logins(MASK)[:1])})
    assert left.status_code == 200
    assert Connection.objects.get().client["parameters"]["logins"] == logins("one")


def test_a_mask_that_stands_for_no_known_secret_is_refused(editor, fake_client):
    def client(rows):
        return {"prototype": fake_client, "parameters": {"uri": "http://a", "logins": rows}}

    new = editor.post("connections", {"name": "Shop", "client": client(logins(MASK))})
    assert paths(new) == {"client.parameters.logins.0.password"}

    editor.post("connections", {"name": "Shop", "client": client(logins("one", "two"))})
    changed = [{"user": "somebody else", "password": MASK}]
    answer = editor.patch("connections/shop", {"client": client(changed)})
    assert paths(answer) == {"client.parameters.logins.0.password"}


def test_credentials_in_headers_are_secrets_too(editor):
    def client(headers):
        plugin = {"prototype": "header-append", "parameters": {"headers": headers}}
        return {"prototype": "http-client", "parameters": {"plugins": [plugin]}}

    given = {"Authorization": "Bearer s3cret", "Accept": "text/csv"}
    made = editor.post("connections", {"name": "Shop", "client": client(given)})
    shown = made.body["client"]["parameters"]["plugins"][0]["parameters"]["headers"]
    assert shown == {"Authorization": MASK, "Accept": "text/csv"}

    editor.patch("connections/shop", {"client": client(shown | {"Accept": "text/plain"})})
    stored = Connection.objects.get().client["parameters"]["plugins"][0]["parameters"]["headers"]
    assert stored == {"Authorization": "Bearer s3cret", "Accept": "text/plain"}

    unknown = editor.patch("connections/shop", {"client": client({"X-Api-Key": MASK})})
    assert paths(unknown) == {"client.parameters.plugins.0.parameters.headers"}
