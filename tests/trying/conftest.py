"""People at the REST API, a web that answers, and the whole database to compare with."""

import pytest
from django.apps import apps
from django.core import serializers

from tests.api.conftest import Api
from tests.connectors.web import web

__all__ = ["web"]

TOUCHED_BY_ASKING = {"alumio.apikey", "sessions.session", "alumio.user"}
"""When a key was last used, and a session, change by asking anything."""


@pytest.fixture
def editor(db):
    return Api("editor")


@pytest.fixture
def viewer(db):
    return Api("viewer")


@pytest.fixture
def everything(db):
    """A function that gives all rows of all tables."""

    def rows() -> dict[str, str]:
        models = [m for m in apps.get_models() if m._meta.label_lower not in TOUCHED_BY_ASKING]
        return {
            model._meta.label: serializers.serialize("json", model.objects.order_by("pk"))
            for model in models
        }

    return rows
