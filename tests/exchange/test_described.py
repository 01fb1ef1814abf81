"""What was imported fits the description of the REST API: schema and forms say the same."""

from pathlib import Path

import jsonschema
import pytest

from alumio import openapi
from alumio.exchange.importing import import_configurations
from alumio.exchange.reading import read_files
from connectors import api as connectors
from routes import api as routes
from scheduler import api as scheduler
from transformers import api as transformers

pytestmark = pytest.mark.django_db

VIEWS = (
    connectors.Connections,
    connectors.Incomings,
    connectors.Outgoings,
    connectors.Storages,
    routes.Routes,
    scheduler.ScheduledJobs,
    transformers.EntitySchemas,
    transformers.SavedTransformers,
)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.shape)
def test_published_configurations_fit_their_description(view):
    report = import_configurations(read_files((Path(__file__).parent / "data").glob("*.ndjson")))
    assert report.ok
    description = openapi.add_shapes({}, None, None, True)
    shape = description | {"$ref": openapi.SCHEMAS + view.shape}
    validator = jsonschema.Draft202012Validator(shape)

    rows = list(view.model.objects.all())

    assert rows
    for row in rows:
        errors = [
            f"{e.json_path}: {e.message}" for e in validator.iter_errors(view().represent(row))
        ]
        assert errors == [], row
