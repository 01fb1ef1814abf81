"""The kernel: everything a user can choose (subscriber, mapper, condition…) is a Component.

A component is stored as a *spec*, in the shape of Alumio's exports::

    {"prototype": "string-replace", "parameters": {"search": "a"}, "meta": {"name": "…"}}

or as a string, the identifier of a saved one. A `Registry` knows the components of one kind. It
*cleans* a spec (checks it, the same way for page, API and import) and *builds* a clean spec into a
component that is ready to run.
"""

import difflib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from django import forms
from django.core.exceptions import ValidationError

from alumio.located import Located, flatten, inside, under

MASK = "••••••••"

_building: ContextVar[tuple[str, ...]] = ContextVar("building", default=())


class Component:
    """One thing a user can choose. Subclasses give prototype, label, Parameters and one verb.

    `parameters` are cleaned and complete; nested components in them are built already.
    `ignored` names parameters that Alumio exports and this component has no use for.
    """

    prototype: str = ""
    label: str = ""
    help: str = ""
    ignored: tuple[str, ...] = ()
    meta: dict = {}

    class Parameters(forms.Form):
        pass

    def __init__(self, parameters: dict):
        self.parameters = parameters

    def setup(self) -> None:
        """Compile once what would otherwise be worked out for every record."""

    @property
    def title(self) -> str:
        return self.meta.get("name") or self.label

    @property
    def disabled(self) -> bool:
        return bool(self.meta.get("disabled"))


class Registry:
    """The components of one kind, by prototype.

    `saved` is a function from an identifier to the spec saved under it (or None). A higher floor
    that keeps saved components sets it; without it a string is refused. `saved_choices` lists
    them for pages as (identifier, name). `told` is set by a floor that tells a spec better than by
    its type and its settings: it answers with what the component does, and with the rest in a line.
    """

    def __init__(self, noun: str):
        self.noun = noun
        self.saved: Callable[[str], dict | str | None] | None = None
        self.saved_choices: Callable[[], list[tuple[str, str]]] | None = None
        self.told: Callable[[dict], tuple[str, str]] | None = None
        self._classes: dict[str, type[Component]] = {}

    @property
    def a_noun(self) -> str:
        return ("an " if self.noun[0] in "aeiou" else "a ") + self.noun

    def register(self, component: type[Component]) -> type[Component]:
        if not component.prototype or not component.label:
            raise TypeError(f"{component.__qualname__} needs a prototype and a label.")
        if component.prototype in self._classes:
            raise TypeError(f"Two {self.noun}s are called {component.prototype!r}.")
        for field in component.Parameters.base_fields.values():
            if isinstance(field, forms.CharField):
                field.strip = False
        self._classes[component.prototype] = component
        return component

    def __getitem__(self, prototype: str) -> type[Component]:
        return self._classes[prototype]

    def __contains__(self, prototype: object) -> bool:
        return prototype in self._classes

    def __iter__(self) -> Iterator[type[Component]]:
        return iter(sorted(self._classes.values(), key=lambda c: c.label.lower()))

    def type_of(self, spec) -> type[Component] | None:
        """The type that a spec names; None where it names none that is known."""
        return self._classes.get(spec.get("prototype")) if isinstance(spec, dict) else None

    def choices(self) -> list[tuple[str, str]]:
        return [(component.prototype, component.label) for component in self]

    # -- clean ----------------------------------------------------------------------------------

    def clean(self, spec) -> dict | str:
        """Return the normalised spec, or raise ValidationError whose parts are `Located`."""
        if isinstance(spec, str):
            return self._clean_saved(spec)
        if not isinstance(spec, dict):
            raise Located(
                f"{self.a_noun.capitalize()} is an object with a prototype, or the name of a saved "
                "one."
            )
        component = self._find(spec.get("prototype"))
        if unknown := set(spec) - {"prototype", "parameters", "meta", "$schema"}:
            raise Located(f"Unknown key {sorted(unknown)[0]!r} in {self.a_noun}.")
        given = _as_object(spec.get("parameters"), "parameters")
        meta = _as_object(spec.get("meta"), "meta")
        try:
            parameters = clean_parameters(component, given)
        except ValidationError as error:
            raise ValidationError([inside("parameters", part) for part in flatten(error)]) from None
        clean = {"prototype": component.prototype, "parameters": parameters}
        return clean | ({"meta": meta} if meta else {})

    def _clean_saved(self, identifier: str) -> str:
        if self.saved is None:
            raise Located(f"{self.a_noun.capitalize()} cannot be a saved one here: spell it out.")
        if self.saved(identifier) is None:
            raise Located(f"There is no saved {self.noun} called “{identifier}”.")
        return identifier

    def _find(self, prototype) -> type[Component]:
        if not prototype:
            raise Located(f"Choose {self.a_noun}.")
        if prototype not in self._classes:
            near = difflib.get_close_matches(str(prototype), self._classes, 1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            raise Located(f"There is no {self.noun} called “{prototype}”.{hint}")
        return self._classes[prototype]

    # -- build ----------------------------------------------------------------------------------

    def build(self, spec: dict | str) -> Component:
        """Make the component of a clean spec, nested ones included, and call its `setup`."""
        if isinstance(spec, str):
            return self._build_saved(spec)
        component = self._find(spec["prototype"])
        made = component(build_parameters(component.Parameters, spec.get("parameters") or {}))
        made.meta = spec.get("meta") or {}
        made.setup()
        return made

    def _build_saved(self, identifier: str) -> Component:
        trail = _building.get()
        if identifier in trail:
            raise Located(f"The saved {self.noun} “{identifier}” uses itself.")
        spec = self.saved(identifier) if self.saved else None
        if spec is None:
            raise Located(f"There is no saved {self.noun} called “{identifier}”.")
        token = _building.set((*trail, identifier))
        try:
            return self.build(spec)
        finally:
            _building.reset(token)

    # -- secrets --------------------------------------------------------------------------------

    def mask(self, spec):
        """A copy of the spec whose secrets are replaced by MASK, for pages, API and exports."""
        return self._walk_secrets(spec, spec, lambda value, _: MASK if value else value)

    def _walk_secrets(self, spec, old, change):
        if not isinstance(spec, dict) or spec.get("prototype") not in self._classes:
            return spec
        given = spec.get("parameters")
        if not isinstance(given, dict):
            return spec
        same = isinstance(old, dict) and old.get("prototype") == spec["prototype"]
        before = old.get("parameters") if same else None
        fields = self._classes[spec["prototype"]].Parameters.base_fields
        return spec | {"parameters": walk_secrets(fields, given, before or {}, change)}


def walk_secrets(fields, values: dict, before: dict, change) -> dict:
    """Apply `change(value, old value)` to every secret in the values of a form, at any depth."""
    walked = dict(values)
    for name, field in fields.items():
        if name in walked and hasattr(field, "walk_secrets"):
            old = before.get(name) if isinstance(before, dict) else None
            walked[name] = field.walk_secrets(walked[name], old, change)
    return walked


def clean_parameters(component: type[Component], given: dict) -> dict:
    """Clean the parameters of one component; only keys that were given or differ are kept."""
    known = component.Parameters.base_fields
    for key in given:
        if key not in known and key not in component.ignored:
            near = difflib.get_close_matches(key, known, 1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            raise Located(f"“{component.label}” has no setting “{key}”.{hint}")
    clean = clean_form(component.Parameters, given)
    ignored = {key: given[key] for key in given if key in component.ignored}
    return {key: clean[key] for key in clean} | ignored


def clean_form(form_class: type[forms.Form], given: dict) -> dict:
    """Clean a plain dict with a form; missing keys take the form's defaults.

    Raises ValidationError whose parts are `Located` at the field they belong to.
    """
    data = {k: f.initial for k, f in form_class.base_fields.items() if f.initial is not None}
    errors = []
    for name, value in given.items():
        field = form_class.base_fields.get(name)
        if field is None:
            continue
        if isinstance(value, list | dict) and not accepts_json(field):
            if value:
                errors.append(
                    Located("Give a single value here.", (name,), (label_of(name, field),))
                )
            continue
        data[name] = value
    form = form_class(data)
    if not form.is_valid():
        for name, parts in form.errors.as_data().items():
            field = form_class.base_fields.get(name)
            errors += under(parts, name, label_of(name, field)) if field else list(parts)
    if errors:
        raise ValidationError(errors)
    return {
        name: value
        for name, value in form.cleaned_data.items()
        if name in given or value != empty_value(form_class.base_fields.get(name))
    }


def build_parameters(form_class: type[forms.Form], stored: dict) -> dict:
    """Complete stored parameters with defaults and build the components in them."""
    complete = {}
    for name, field in form_class.base_fields.items():
        value = stored[name] if name in stored else empty_value(field)
        complete[name] = field.build(value) if hasattr(field, "build") else value
    return complete


def empty_value(field):
    """What a field's value is when a spec does not name it."""
    if field is None:
        return None
    if field.initial is not None:
        return field.initial
    if hasattr(field, "build"):
        return field.nothing()
    if isinstance(field, forms.BooleanField):
        return False
    if isinstance(field, forms.MultipleChoiceField):
        return []
    return getattr(field, "empty_value", None)


def accepts_json(field: forms.Field) -> bool:
    return getattr(field, "json", False) or isinstance(field, forms.MultipleChoiceField)


def label_of(name: str, field: forms.Field | None) -> str:
    return str((field and field.label) or name.replace("_", " ").capitalize())


def _as_object(value, what: str) -> dict:
    """An object; PHP writes an empty one as []."""
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise Located(f"“{what}” must be an object.", (what,))
    return value
