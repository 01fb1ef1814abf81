"""Keys made on the command line."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from alumio import jsontext
from alumio.models import ApiKey

pytestmark = pytest.mark.django_db


def test_a_key_is_printed_once_and_works(capsys):
    call_command("create_api_key", "warehouse", "--role", "editor")

    text = capsys.readouterr().out.strip()
    assert text.startswith("ak_")
    assert ApiKey.objects.get().role == "editor"
    keyed = Client(headers={"Authorization": f"Bearer {text}"})
    assert keyed.get("/api/v1/tasks").status_code == 200


def test_as_json_name_and_role_are_told_too(capsys):
    call_command("create_api_key", "warehouse", "--json")

    made = jsontext.loads(capsys.readouterr().out)
    assert (made["name"], made["role"], made["key"][:3]) == ("warehouse", "viewer", "ak_")


def test_a_key_can_belong_to_a_person(django_user_model, capsys):
    kim = django_user_model.objects.create_user("kim@example.com")

    call_command("create_api_key", "kim's", "--for", "KIM@example.com")

    assert ApiKey.objects.get().created_by == kim
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_api_key", "x", "--for", "nobody@example.com")


def test_a_key_needs_a_name():
    with pytest.raises(CommandError):
        call_command("create_api_key", " ")
