"""Bringing an earlier revision of a configuration back, as a new one on top."""

from alumio.configuration import Configuration
from alumio.forms import ConfigurationForm
from alumio.models import Revision


class NotAllowed(Exception):
    """What was right then is not right any more; `form` has the errors."""

    def __init__(self, form: ConfigurationForm):
        self.form = form
        super().__init__(f"Revision does not hold any more: {form.errors.as_text()}")


def revisions_of(configuration: Configuration):
    """The revisions that are kept, the newest first."""
    kept = Revision.objects.filter(kind=configuration.kind, object_id=configuration.pk)
    return kept.select_related("saved_by")


def restore(
    form_class: type[ConfigurationForm], configuration: Configuration, old: Revision, user, seen
) -> Configuration:
    """Store the old content anew; `seen` is the revision that the caller looked at, None for any.

    Secrets are part of the content and come back with it. What the revision does not hold, because
    it is never kept or came later, stays as it is. Raises NotAllowed or StaleRevision.
    """
    known = form_class.wanted()
    content = {name: value for name, value in old.content.items() if name in known}
    if seen is not None:
        content["revision"] = seen
    form = form_class(content, instance=configuration, user=user)
    if not form.is_valid():
        raise NotAllowed(form)
    return form.save()
