"""Steps that talk to storages and systems, added to the registries of floor 1."""

from django import forms

from alumio.fields import ComponentField, GroupField
from connectors import rehearsal
from connectors.errors import ConnectorError
from connectors.failures import HttpError
from connectors.kinds import Parsed
from connectors.registries import clients, parsers
from connectors.requests import RequestForm
from connectors.session import Session
from transformers import comparing, paths
from transformers.errors import TransformError
from transformers.fields import PathField, PlaceholderField
from transformers.kinds import Condition, DataTransformer, EntityStep, Filter
from transformers.models import EntitySchema
from transformers.paths import MISSING
from transformers.registries import conditions, data_transformers, entity_transformers, filters
from transformers.schemas import identifier


class StorageForm(forms.Form):
    storage = forms.CharField(label="Storage", help_text="Its identifier.")
    storageKey = PlaceholderField(label="Key", help_text="Such as &{sku}.")


@data_transformers.register
class GetFromStorage(DataTransformer):
    prototype, label = "storage-get-entity-from-storage", "Get entity from storage"
    help = "Puts what is stored under a key into the data. Nothing stored changes nothing."

    class Parameters(StorageForm):
        destination = PathField(
            required=False, label="Destination", help_text="Empty: in the place of all data."
        )

    def transform(self, data, context):
        key = self.parameters["storageKey"](data, context)
        value = context.storages[self.parameters["storage"]].get(key)
        if value is MISSING:
            return data
        return paths.put(data, self.parameters["destination"](data, context), value)


@data_transformers.register
class SaveInStorage(DataTransformer):
    prototype, label = "storage-save-entity-in-storage", "Save entity in storage"
    help = "Stores the data, or a part of it, under a key, in the place of what is there."

    class Parameters(StorageForm):
        source = PathField(
            required=False, label="Part to store", help_text="Empty: the whole data."
        )

    def transform(self, data, context):
        place = self.parameters["source"](data, context)
        value = paths.get(data, place)
        if value is MISSING:
            raise TransformError(f"There is nothing at “{paths.join(place)}” to store.")
        key = self.parameters["storageKey"](data, context)
        context.storages[self.parameters["storage"]].put(key, value)
        return data


@entity_transformers.register
class FilterStored(EntityStep):
    prototype, label = "storage-filter-stored-entity", "Filter previously stored entities"
    help = (
        "Drops an entity that is stored already, unchanged, under its identifier; remembers the "
        "others if asked to. An entity of which no task came is not remembered."
    )

    class Parameters(forms.Form):
        storage = forms.CharField(label="Storage", help_text="Its identifier.")
        addEntityToStorage = forms.BooleanField(
            required=False, label="Remember entities that pass", initial=False
        )
        comparator = forms.ChoiceField(
            choices=[("equals", "Exactly"), ("equals-adaptive", "Adaptively (1 is “1”)")],
            initial="equals",
            label="Compare",
        )

    def setup(self):
        adaptive = self.parameters["comparator"] == "equals-adaptive"
        self.same = comparing.same_adaptive if adaptive else comparing.same
        self.paths: dict[str, list[str]] = {}

    def change(self, entity, context):
        storage = context.storages[self.parameters["storage"]]
        key = self._identifier(entity)
        known = storage.get(key)
        if known is not MISSING and self.same(known, entity.data):
            name = self.parameters["storage"]
            context.log("info", f"Dropped: “{key}” is in the storage “{name}”, unchanged.")
            return None
        if self.parameters["addEntityToStorage"]:
            storage.put(key, entity.data)
        return entity

    def _identifier(self, entity) -> str:
        try:
            return identifier(entity.data, self._paths_of(entity.schema))
        except ValueError as error:
            raise TransformError(f"The entity has no identifier: {error}") from None

    def _paths_of(self, schema: str | None) -> list[str]:
        if schema and schema not in self.paths:
            rows = EntitySchema.objects.filter(identifier=schema)
            self.paths[schema] = rows.values_list("identifier_paths", flat=True).first() or []
        return self.paths.get(schema or "", [])


class StoreForm(forms.Form):
    addEntityToStorage = forms.BooleanField(
        required=False, label="Store the entity if it is not dropped"
    )


@conditions.register
class DoesNotExist(Condition):
    prototype, label = "storage-entity-does-not-exists", "Nothing is stored"
    help = "Holds if nothing is stored under the key."

    def test(self, value, context):
        return value is MISSING


@conditions.register
class Exists(Condition):
    prototype, label = "storage-entity-exists", "Something is stored"
    help = "Holds if something is stored under the key."

    def test(self, value, context):
        return value is not MISSING


@filters.register
class StorageEntityFilter(Filter):
    prototype, label = "storage-entity-filter", "Filter by what is stored"
    help = (
        "The condition says which entities are filtered out: with “Nothing is stored” an entity "
        "passes when something is stored under the key. That is how Alumio reads it."
    )

    class Parameters(StorageForm):
        condition = ComponentField(conditions, label="Filter out when")
        store = GroupField(StoreForm, label="Store")

    def test(self, data, context, entity=None):
        storage = context.storages[self.parameters["storage"]]
        key = self.parameters["storageKey"](data, context)
        if self.parameters["condition"].test(storage.get(key), context):
            return False
        if self.parameters["store"]["addEntityToStorage"]:
            storage.put(key, data)
        return True


@data_transformers.register
class HTTPTransformer(DataTransformer):
    prototype, label = "http-transformer", "HTTP request"
    help = "Sends a request. The data becomes the answer; wrapped in “merger” it is merged."

    class Parameters(forms.Form):
        client = ComponentField(clients, required=False, label="Connection")
        request = GroupField(RequestForm, label="Request")
        deserializer = ComponentField(
            parsers,
            required=False,
            label="Parser",
            help_text="Reads the answer. None: it is JSON, taken as it is.",
        )

    def setup(self):
        self.session = Session(self.parameters["client"], self.parameters["request"])
        self.parser = self.parameters["deserializer"] or parsers.build(
            {"prototype": "json", "parameters": {"pattern": "@"}}
        )

    def transform(self, data, context):
        try:
            if not rehearsal.may_ask(self.session.template.method):
                raise self._not_asked(data, context)
            with rehearsal.opened():
                response = self.session.answer(data, context)
            self.session.log(context, response)
            return self._data(self.parser.parse(response)) if response.body.size else None
        except (HttpError, ConnectorError) as error:
            context.log("error", str(error), error.detail)
            raise TransformError(str(error)) from error

    def _not_asked(self, data, context) -> rehearsal.NotAsked:
        request = self.session.rehearse(data, context)
        where = f"{request['method']} {request['url']}"
        return rehearsal.NotAsked(f"Not asked in a dry run: {where}.", {"request": request})

    def _data(self, parsed: Parsed):
        records = list(parsed.records)
        return records[0] if len(records) == 1 else records


@data_transformers.register
class GraphQLTransformer(HTTPTransformer):
    prototype, label = "graphql-transformer", "GraphQL request"
    help = "Sends a GraphQL query. The data becomes the answer; its “errors” fail the entity."

    def _data(self, parsed: Parsed):
        data = super()._data(parsed)
        if isinstance(data, dict) and data.get("errors"):
            raise TransformError(f"The GraphQL query failed: {_first_error(data['errors'])}")
        return data


def _first_error(errors) -> str:
    first = errors[0] if isinstance(errors, list) and errors else errors
    return str(first.get("message", first) if isinstance(first, dict) else first)[:500]
