"""The description of the API is complete, valid and made of the forms."""

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client

from alumio.api_urls import REGISTRIES
from tests.world import make_incoming

pytestmark = pytest.mark.django_db


def test_the_description_is_valid_and_free_of_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", tmp_path / "api.yaml")


@pytest.fixture
def description(viewer):
    return viewer.get("schema/?format=json").body


def test_every_reference_in_it_leads_somewhere(description):
    shapes = description["components"]["schemas"]

    def references(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from references(item)

    found = set(references(description))
    assert found
    assert {r.removeprefix("#/components/schemas/") for r in found} <= set(shapes)


def test_it_covers_every_door(description):
    for path in (
        "/api/v1/incomings",
        "/api/v1/outgoings/{identifier}",
        "/api/v1/tasks/retry",
        "/api/v1/routes/{identifier}/run",
        "/api/v1/processes/{id}",
    ):
        assert path in description["paths"]
    assert {"list", "create"} <= {
        o["operationId"].split("_")[-1] for o in description["paths"]["/api/v1/routes"].values()
    }


def test_an_answer_fits_its_description(viewer, description):
    make_incoming()
    answer = viewer.get("incomings").body["results"][0]

    shapes = {"$defs": {}, "components": description["components"]}
    jsonschema.validate(answer, shapes | {"$ref": "#/components/schemas/Incoming"})


def test_each_kind_of_components_is_a_json_schema_of_its_own(viewer):
    assert viewer.get("components").body == {"registries": sorted(REGISTRIES)}
    for name in REGISTRIES:
        schema = viewer.get(f"components/{name}").body
        jsonschema.Draft202012Validator.check_schema(schema)
    assert viewer.get("components/nothing").status_code == 404


def test_a_step_that_is_accepted_fits_the_schema_of_its_kind(viewer):
    schema = viewer.get("components/entity-transformers").body
    validator = jsonschema.Draft202012Validator(schema)
    setter = {"prototype": "value-setter", "parameters": {"configurations": []}}

    validator.validate({"prototype": "data", "parameters": {"transformers": [setter]}})
    validator.validate("a-saved-one")
    assert not validator.is_valid({"prototype": "data", "parameters": {"transformer": []}})
    assert not validator.is_valid({"prototype": "no-such-step"})


def test_the_page_asks_people_to_sign_in_and_takes_keys(viewer, client, django_user_model):
    assert client.get("/api/v1/docs/").status_code == 302
    assert client.get("/api/v1/schema/").status_code == 401

    client.force_login(django_user_model.objects.create_user("kim@example.com"))

    assert client.get("/api/v1/docs/").status_code == 200
    assert client.get("/api/v1/docs/?script=").status_code == 200
    keyed = Client(headers={"Authorization": f"Bearer {viewer.text}"})
    assert keyed.get("/api/v1/docs/").status_code == 200
