"""The form of a configuration: the one way in for page, API and import.

A page gives a QueryDict; API and import give a plain dict, where a key that is missing means "as it
was" (or the default, for a new one) and a key that is unknown is refused by name.
"""

import difflib

from django import forms
from django.core.exceptions import ValidationError

from alumio import merging, widgets
from alumio.components import MASK, accepts_json, label_of
from alumio.configuration import Configuration, as_json
from alumio.located import Located, under


class ReferenceField(forms.ModelChoiceField):
    """Another configuration, named by its identifier."""

    def __init__(self, model: type[Configuration], **kwargs):
        super().__init__(model.objects.all(), to_field_name="identifier", **kwargs)

    def to_python(self, value):
        try:
            return super().to_python(value)
        except ValidationError as error:
            noun = self.queryset.model._meta.verbose_name
            raise Located(f"There is no {noun} called “{value}”.") from error


class ConfigurationForm(forms.ModelForm):
    """Cleans the settings of one configuration and saves them as a new revision.

    `revision`, where given, is the one that the editor started from: saving on top of a newer one
    raises StaleRevision. A page that was refused names the newer one in `on_top_of`: then what was
    not changed on the page since `revision` stays as it is saved there.
    """

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    base_names = ("name", "identifier", "description", "enabled")

    def __init__(self, data=None, files=None, *, instance=None, user=None, partial=True, **kwargs):
        self.user = user
        self.unknown: list[str] = []
        if data is not None and not widgets.is_post(data):
            data = self._complete(data, instance, partial)
        super().__init__(data, files, instance=instance, **kwargs)
        self.fields["identifier"].required = False
        self.fields["identifier"].widget.attrs["placeholder"] = "made from the name"
        self.fields["description"].required = False
        self.fields["description"].widget = widgets.LongText(attrs={"rows": 2})
        if self.instance.pk:
            self.fields["identifier"].disabled = True
            self.initial["revision"] = self.instance.revision

    @classmethod
    def wanted(cls) -> list[str]:
        return [name for name in cls.base_fields if name != "revision"]

    def _complete(self, data: dict, instance, partial: bool) -> dict:
        self.unknown = sorted(set(data) - set(self.base_fields))
        complete = {}
        for name, field in self.base_fields.items():
            if name in data:
                complete[name] = data[name]
            elif instance is not None and instance.pk and partial and name != "revision":
                complete[name] = self.initial_value(instance, name)
            elif field.initial is not None:
                complete[name] = field.initial() if callable(field.initial) else field.initial
        return complete

    @staticmethod
    def initial_value(instance, name):
        value = getattr(instance, name)
        return value.identifier if isinstance(value, Configuration) else value

    def get_initial_for_field(self, field, field_name):
        value = super().get_initial_for_field(field, field_name)
        if isinstance(field, ReferenceField) and self.instance.pk:
            return self.initial_value(self.instance, field_name) if value else value
        if value is not None and hasattr(field, "walk_secrets"):
            return field.walk_secrets(value, None, lambda secret, _: MASK if secret else secret)
        return value

    def _clean_fields(self):
        """Give masked secrets their values back, then clean; errors say where they belong."""
        for name in self.unknown:
            near = difflib.get_close_matches(name, self.base_fields, 1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            self.add_error(None, Located(f"There is no setting “{name}”.{hint}", (name,)))
        for name, bound in self._bound_items():
            try:
                self.cleaned_data[name] = self._clean_one(name, bound)
            except ValidationError as error:
                self.add_error(name, under([error], name, label_of(name, bound.field)))

    def _clean_one(self, name, bound):
        field = bound.field
        value = bound.initial if field.disabled else bound.data
        if not accepts_json(field) and isinstance(value, list | dict):
            raise Located("Give a single value here.")
        if hasattr(field, "walk_secrets") and self.instance.pk:
            old = getattr(self.instance, name, None)
            value = field.walk_secrets(value, old, self._restore)
        value = field.clean(value)
        hook = getattr(self, f"clean_{name}", None)
        if hook is None:
            return value
        self.cleaned_data[name] = value
        return hook()

    def _restore(self, new, before):
        """The secret that a mask stands for; a page says where it was, for steps may have moved."""
        if new != MASK:
            return new
        place = getattr(new, "place", ())
        return (text_at(self._drawn_content(), place) if place else before) or MASK

    def _drawn_content(self) -> dict:
        """The content that the page showed: an old revision where somebody else saved meanwhile."""
        number = str(self.data.get("revision") or "")
        if not number.isdecimal() or int(number) == self.instance.revision:
            return self.instance.content()
        return merging.content_at(self.instance, int(number))

    def clean(self):
        cleaned = super().clean()
        started_from, on_top_of = cleaned.get("revision"), self.data.get("on_top_of", "")
        if self.instance.pk and on_top_of.isdecimal():
            self._keep_theirs(cleaned)
            started_from = int(on_top_of)
        if started_from is not None and self.instance.pk:
            self.instance.revision = started_from
        return cleaned

    def _keep_theirs(self, cleaned: dict) -> None:
        """Put mine on top: what was not changed on the page stays as somebody else saved it, a
        secret in what was changed too."""
        drawn, theirs = self._drawn_content(), self.instance.content()
        mine = merging.touched({name: as_json(value) for name, value in cleaned.items()}, drawn)
        for name in cleaned.keys() & set(self.wanted()):
            if name not in mine:
                cleaned[name] = getattr(self.instance, name)
                continue
            versions = cleaned[name], drawn.get(name), theirs.get(name)
            cleaned[name] = merging.with_their_secrets(self.fields[name], *versions)

    def save(self, commit=True):
        """Store a new revision. Raises StaleRevision; the form's caller shows both versions."""
        return self.instance.store(self.user)

    def located_errors(self) -> list[Located]:
        """All errors, each with its path and words."""
        return [
            self._placed(name, part)
            for name, parts in self.errors.as_data().items()
            for part in parts
        ]

    def _placed(self, name: str, part: ValidationError) -> Located:
        """Rules of the model raise plain errors: their place is the field they are about."""
        if isinstance(part, Located) and part.path:
            return part
        reason = part.reason if isinstance(part, Located) else part.messages[0]
        if name not in self.fields:
            return Located(reason)
        return Located(reason, (name,), (label_of(name, self.fields[name]),))


def text_at(content: dict, place: tuple) -> str:
    """The text at a place such as ("steps", 1, "parameters", "token"); "" where there is none."""
    value = content
    for key in place:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ""
    return value if isinstance(value, str) else ""
