"""Nested settings by plain POST: buttons rearrange the page and nothing typed gets lost."""

import pytest

from alumio.components import MASK
from connectors.models import Connection, Incoming
from connectors.registries import clients
from tests.pages import making
from tests.pages.making import set_values, step

NEW, EDIT = "/incomings/new/", "/incomings/products/edit/"


def fields(page) -> dict:
    return dict(page.form.fields)


def test_an_incoming_with_a_step_is_built_by_posts_alone(editor):
    page = editor.open(NEW).post(
        name="Stock", subscriber__prototype="static-data-subscriber", subscriber__apply="now"
    )
    assert not Incoming.objects.exists()

    page = page.post(subscriber__p__data='[{"sku": "A"}]', transformers__new="data")
    page = page.post(**{"transformers-0-p-transformers-new": "value-setter"})
    row = "transformers-0-p-transformers-0-p-configurations"
    page = page.post(**{f"{row}-add": "now"})
    page = page.post(**{f"{row}-0-p-key": "channel", f"{row}-0-p-value": "10", "continue": "1"})

    made = Incoming.objects.get(identifier="stock")
    assert "“Stock” was saved" in page.text
    assert made.subscriber["parameters"] == {"data": [{"sku": "A"}]}
    assert made.transformers == [set_values(channel=10)]


def test_adding_a_step_keeps_even_what_cannot_be_read(editor):
    making.incoming(subscriber=step("static-data-subscriber", data=[1]))

    page = editor.open(EDIT).post(subscriber__p__data='{"a": ', transformers__new="chain")

    assert fields(page)["subscriber-p-data"] == '{"a": '
    assert fields(page)["transformers-0-prototype"] == "chain"
    assert "problems" not in page.text


def test_what_cannot_be_read_is_refused_on_saving_with_its_place(editor):
    making.incoming()

    page = editor.open(EDIT).post(subscriber__p__data='{"a": ', save="1")

    assert page.response.status_code == 422
    assert 'href="#id_subscriber-p-data">Subscriber › Data</a>: This is not JSON' in page.text
    assert fields(page)["subscriber-p-data"] == '{"a": '


@pytest.mark.parametrize(
    ("button", "names"),
    [
        ("transformers-1-up", ["B", "A", "C"]),
        ("transformers-1-down", ["A", "C", "B"]),
        ("transformers-0-up", ["A", "B", "C"]),
        ("transformers-1-remove", ["A", "C"]),
        ("transformers-0-duplicate", ["A", "A", "B", "C"]),
    ],
)
def test_steps_are_moved_removed_and_duplicated_by_buttons(editor, button, names):
    making.incoming(transformers=[step(name=name) for name in "ABC"])

    page = editor.open(EDIT).post(**{button: "now"})
    page.post(save="1")

    saved = Incoming.objects.get().transformers
    assert [spec["meta"]["name"] for spec in saved] == names


def test_steps_are_saved_in_the_order_they_were_dragged_to(editor):
    making.incoming(transformers=[step(name=name) for name in "ABC"])

    order = {"transformers-0-order": "2", "transformers-1-order": "0", "transformers-2-order": "1"}
    editor.open(EDIT).post(**order, save="1")

    assert [s["meta"]["name"] for s in Incoming.objects.get().transformers] == ["B", "C", "A"]


def test_a_step_is_named_and_switched_off_and_keeps_the_rest_of_its_meta(editor):
    making.incoming(transformers=[step() | {"meta": {"note": [1], "disabled": True}}])

    page = editor.open(EDIT).post(transformers__0__name="Mine", transformers__0__disabled=None)
    page.post(save="1")

    assert Incoming.objects.get().transformers[0]["meta"] == {"note": [1], "name": "Mine"}


def test_choosing_another_type_and_saving_shows_its_settings_first(editor):
    making.incoming(transformers=[step()])

    page = editor.open(EDIT).post(transformers__0__prototype="type-setter", save="1")

    assert Incoming.objects.get().transformers == [step()]
    assert "Set entity schema" in page.text
    assert fields(page)["transformers-0-shown"] == "type-setter"


def test_a_saved_transformer_takes_the_place_of_a_step(editor):
    making.transformer("Clean up")
    making.incoming()

    page = editor.open(EDIT).post(transformers__new="saved:clean-up")
    page.post(save="1")

    assert Incoming.objects.get().transformers == ["clean-up"]


def test_the_errors_of_nested_rows_say_where_and_link_to_the_field(editor):
    making.incoming(transformers=[set_values(a=1, b=2)])
    key = "transformers-0-p-transformers-0-p-configurations-1-p-key"

    page = editor.open(EDIT).post(**{key: "", "save": "1"})

    where = "Entity transformers › step 1 › Data transformers › step 1 › Values › row 2 › Key"
    assert f'href="#id_{key}">{where}</a>: This field is required.' in page.text
    assert page.text.count("<details") == page.text.count('<details class="step-details" open')


def test_a_step_without_a_type_is_an_error_and_not_dropped(editor):
    making.incoming()

    page = editor.open(EDIT).post(transformers__add="now")
    page = page.post(save="1")

    assert page.response.status_code == 422
    assert "Choose a transformer." in page.text


def test_a_text_that_looks_like_a_number_stays_a_text(editor):
    making.incoming(transformers=[set_values(text="10", number=10, nothing=None, yes="true")])
    before = Incoming.objects.get().transformers

    editor.open(EDIT).post(save="1")

    assert Incoming.objects.get().transformers == before


def test_names_and_values_are_edited_in_rows_and_a_name_cannot_be_used_twice(editor):
    request = {"uri": "https://shop.example.com", "headers": {"X-A": "1", "X-B": "2"}}
    making.incoming(subscriber=step("http-subscriber", request=request))
    headers = "subscriber-p-request-p-headers"

    page = editor.open(EDIT).post(**{f"{headers}-2-name": "X-A", f"{headers}-2-value": "3"})
    refused = page.post(save="1")
    assert "The name “X-A” is used twice." in refused.text

    page.post(**{f"{headers}-2-name": "X-C", "save": "1"})
    saved = Incoming.objects.get().subscriber["parameters"]["request"]["headers"]
    assert saved == {"X-A": "1", "X-B": "2", "X-C": 3}


# ---------------------------------------------------------------- secrets


def password_of(connection) -> str:
    return connection.client["parameters"]["authentications"][-1]["parameters"]["password"]


def test_a_secret_is_masked_and_stays_when_it_is_not_touched(editor):
    making.connection("open sesame")

    page = editor.open("/connections/shop/edit/")
    page.post(description="New", save="1")

    assert "open sesame" not in page.text
    assert MASK in page.text
    assert password_of(Connection.objects.get()) == "open sesame"
    assert Connection.objects.get().description == "New"


def test_a_secret_follows_its_step_when_the_steps_are_moved(editor):
    making.connection("open sesame")
    authentications = "client-p-authentications"

    page = editor.open("/connections/shop/edit/").post(**{f"{authentications}-new": "bearer"})
    page = page.post(
        **{f"{authentications}-1-p-token": "${TOKEN}", f"{authentications}-1-up": "now"}
    )
    page.post(save="1")

    saved = Connection.objects.get()
    kinds = [a["prototype"] for a in saved.client["parameters"]["authentications"]]
    assert kinds == ["bearer", "basic"]
    assert password_of(saved) == "open sesame"


def test_a_secret_is_replaced_by_what_is_typed(editor):
    making.connection("open sesame")

    page = editor.open("/connections/shop/edit/")
    page.post(**{"client-p-authentications-0-p-password": "new one", "save": "1"})

    assert password_of(Connection.objects.get()) == "new one"


def test_a_secret_is_the_one_that_was_shown_even_if_somebody_moved_it_meanwhile(editor):
    first, second = (step("basic", username=u, password=f"of {u}") for u in "ab")
    made = making.connection()
    made.client = step("http-client", authentications=[first, second])
    made.store()
    page = editor.open("/connections/shop/edit/")
    made.client = step("http-client", authentications=[second, first])
    made.store()

    username = {"client__p__authentications__0__p__username": "c"}
    refused = page.post(**username, description="Mine", save="1")
    refused.post(on_top_of=str(Connection.objects.get().revision))

    saved = Connection.objects.get()
    assert refused.response.status_code == 409
    assert saved.description == "Mine"
    first["parameters"]["username"] = "c"
    assert saved.client["parameters"]["authentications"] == [first, second]


def test_a_type_just_chosen_shows_its_defaults(editor):
    page = editor.open("/connections/new/")

    page = page.post(name="Shop", client__prototype="http-client", client__apply="now")
    page.post(**{"continue": "1"})

    made = Connection.objects.get(identifier="shop")
    assert clients.build(made.client).parameters == clients.build(step("http-client")).parameters


def test_choosing_a_saved_connection_draws_the_page_and_saves_nothing(editor):
    making.connection()
    http = step("http-subscriber", request={"uri": "https://shop.example.com/orders"})
    incoming = making.incoming(subscriber=http)
    form = editor.open(EDIT).form.post(**{"subscriber-p-client-prototype": "saved:shop"})

    answer = editor.client.post(EDIT, form, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    incoming.refresh_from_db()
    assert incoming.revision == 1
