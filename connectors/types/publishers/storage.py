"""Publisher: put the entity into a storage."""

from django import forms

from connectors.errors import PublisherError
from connectors.kinds import Publisher, Result
from connectors.registries import publishers
from connectors.rehearsal import Planned
from connectors.storage import StorageError
from transformers import paths
from transformers.errors import TransformError
from transformers.fields import PathField, PlaceholderField


@publishers.register
class StoragePublisher(Publisher):
    prototype, label = "storage-publisher", "Storage"
    help = "Keeps the entity in a storage, in the place of what is there under its key."

    class Parameters(forms.Form):
        storage = forms.CharField(label="Storage", help_text="Its identifier.")
        storageKey = PlaceholderField(label="Key", help_text="Such as &{sku}.")
        source = PathField(
            required=False, label="Part to keep", help_text="Empty: the whole entity."
        )

    def rehearse(self, entity, context):
        """Publishing itself: a dry run forgets what is put into its storages."""
        return Planned(self.publish(entity, context).text.replace("Kept", "Would be kept", 1))

    def publish(self, entity, context):
        try:
            key = self.parameters["storageKey"](entity.data, context)
            place = self.parameters["source"](entity.data, context)
            value = paths.get(entity.data, place)
            if value is paths.MISSING:
                raise PublisherError(f"There is nothing at “{paths.join(place)}” to keep.")
            context.storages[self.parameters["storage"]].put(key, value)
        except (StorageError, TransformError) as error:
            raise PublisherError(str(error)) from error
        return Result(True, f"Kept in “{self.parameters['storage']}” under “{key}”.", None, value)
