"""Draws settings: the inverse of `alumio.posted`. Templates are in templates/forms.

Errors travel along with their paths; each lands at the field it belongs to and remembers that
field's id as its `anchor`, so that a summary can link to it.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from alumio import jsontext, posted, widgets
from alumio.components import MASK, empty_value, label_of
from alumio.forms import ReferenceField
from alumio.located import Located
from alumio.posted import SAVED, Unparsable
from alumio.summary import summary_of

BLANK = BLANK_CHOICE_DASH[0][1]
SHORT = (forms.NumberInput, forms.Select, forms.CheckboxInput, forms.DateTimeInput)


@dataclass
class Fault:
    """An error on its way to its field; `rest` is the path below the present place."""

    reason: str
    words: tuple
    rest: tuple
    anchors: dict
    key: int

    def land(self, anchor: str) -> str:
        self.anchors[self.key] = anchor
        return self.reason


@dataclass
class Place:
    """Where in the page and in the stored configuration something is drawn."""

    form_id: str = "configuration-form"
    readonly: bool = False
    path: tuple = ()
    faults: list[Fault] = field(default_factory=list)

    def below(self, *keys) -> "Place":
        inner = [f for f in self.faults if f.rest[: len(keys)] == keys]
        inner = [replace(f, rest=f.rest[len(keys) :]) for f in inner]
        return replace(self, path=(*self.path, *keys), faults=inner)

    def land(self, anchor: str, known: Iterable = ()) -> list[str]:
        """The errors of this very place, and of what lies below it but is not drawn (`known`)."""
        here = [f for f in self.faults if not f.rest or f.rest[0] not in known]
        return [fault.land(anchor) for fault in here]


def faults_of(errors: list[Located]) -> tuple[list[Fault], dict]:
    """The errors as faults, and where their anchors will be found, by position."""
    anchors: dict[int, str] = {}
    return [Fault(e.reason, e.words, e.path, anchors, i) for i, e in enumerate(errors)], anchors


# ---------------------------------------------------------------- fields


def draw_field(key: str, form_field: forms.Field, name: str, value, place: Place) -> SafeString:
    """A field with label, help and errors. `place` is the field's own."""
    widget = form_field.widget
    drawn_by_us = isinstance(widget, widgets.DrawnWidget)
    anchor = f"id_{name}"
    errors = [] if drawn_by_us else place.land(anchor)
    context = {
        "id": anchor,
        "label": label_of(key, form_field),
        "help": form_field.help_text,
        "required": form_field.required and not isinstance(widget, forms.CheckboxInput),
        "kind": kind_of(widget),
        "short": isinstance(widget, SHORT) and not isinstance(widget, forms.CheckboxSelectMultiple),
        "errors": errors,
        "readonly": place.readonly,
    }
    if isinstance(form_field, ReferenceField):
        widget.attrs["data-choose"] = True
        context["open_url"] = page_of(form_field, value)
    if drawn_by_us:
        widget.label = context["label"]
        context["html"] = draw_widget(widget, name, value, place)
    else:
        context["html"] = draw_plain(form_field, name, value, errors, context)
    return render_to_string("forms/field.html", context)


def page_of(form_field: ReferenceField, value) -> str:
    """The address of the page of what is chosen; "" where nothing is."""
    from alumio.pages import registered

    pages = registered.get(form_field.queryset.model.kind)
    return pages.url("edit", value) if pages and value and posted.is_identifier(value) else ""


def kind_of(widget: forms.Widget) -> str:
    """What of the field's frame the widget needs: a label beside it, a legend around it…"""
    if isinstance(widget, forms.CheckboxInput):
        return "switch"
    if isinstance(widget, widgets.ComponentsInput | widgets.ComponentInput | widgets.FormWidget):
        return "group"
    if isinstance(widget, widgets.PairsInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "group"
    return "plain"


def draw_plain(form_field, name: str, value, errors, context) -> SafeString:
    widget = form_field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return draw_choices(widget, name, value, context)
    attrs = {"id": f"id_{name}", "class": css_class(widget) + (" is-invalid" if errors else "")}
    if context["help"] or errors:
        attrs["aria-describedby"] = f"id_{name}-help"
    if errors:
        attrs["aria-invalid"] = "true"
    if context["readonly"]:
        attrs["disabled"] = True
    return draw_text(widget, name, value, attrs)


def draw_text(widget, name: str, value, attrs: dict) -> SafeString:
    if isinstance(widget, widgets.JSONInput | widgets.LinesInput):
        attrs |= {"rows": lines_for(widget.format_value(value)), "spellcheck": "false"}
    elif isinstance(widget, forms.Textarea):
        attrs |= {"rows": lines_for(str(value or ""), at_least=2)}
    elif isinstance(value, str) and "\n" in value and isinstance(widget, forms.TextInput):
        widget = forms.Textarea(widget.attrs)
        attrs |= {"rows": lines_for(value)}
    elif isinstance(widget, forms.NumberInput) and "step" not in widget.attrs:
        attrs["step"] = "any"
    if isinstance(widget, forms.Select):
        return draw_select(widget, name, value, attrs)
    html = widget.render(name, value, attrs)
    if isinstance(value, str) and posted.CONTROL.search(value):
        html += hidden(f"{name}-was", value)
    return html


def draw_select(widget, name: str, value, attrs: dict) -> SafeString:
    """A select that can also show that nothing is chosen."""
    multiple = getattr(widget, "allow_multiple_selected", False)
    blank = "Choose…" if widget.is_required else "None"
    choices = [(str(k), blank if v == BLANK else v) for k, v in widget.choices]
    shown = "" if value is None else str(value)
    if not multiple and shown not in {key for key, _ in choices}:
        choices, value = [("", blank), *choices], ""
    return type(widget)(widget.attrs, choices).render(name, value, attrs)


def draw_choices(widget, name: str, value, context) -> SafeString:
    chosen = value if isinstance(value, list | tuple | set) else [value]
    chosen = {str(item) for item in chosen if item is not None}
    options = [
        {"value": str(key), "label": label, "checked": str(key) in chosen}
        for key, label in widget.choices
    ]
    kind = "checkbox" if isinstance(widget, forms.CheckboxSelectMultiple) else "radio"
    return render_to_string(
        "forms/choices.html", context | {"name": name, "options": options, "kind": kind}
    )


def css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    if isinstance(widget, widgets.JSONInput | widgets.LinesInput):
        return "form-control font-monospace code"
    return "form-control"


def lines_for(text, at_least=1) -> int:
    return min(max(str(text or "").count("\n") + 1, at_least), 24)


def hidden(name: str, value) -> SafeString:
    """A value that the page cannot show, as JSON in a hidden field."""
    return format_html('<input type="hidden" name="{}" value="{}">', name, jsontext.dumps(value))


# ---------------------------------------------------------------- forms in forms


def draw_form(form_class, name: str, values: dict, place: Place) -> SafeString:
    """The fields of a nested form, and which of them the spec named."""
    parts = [hidden(f"{name}-given", list(values))]
    for key, form_field in form_class.base_fields.items():
        value = shown_value(form_field, key, values)
        parts.append(draw_field(key, form_field, f"{name}-p-{key}", value, place.below(key)))
    return mark_safe("".join(parts))  # noqa: S308  (joined from escaped parts)


def shown_value(form_field, key: str, values: dict):
    """The value to show: what the spec says, else the default, which is blank where it is empty."""
    if key in values:
        return form_field.prepare_value(values[key])
    default = empty_value(form_field)
    if posted.is_empty(default):
        return "" if isinstance(form_field.widget, widgets.JSONInput) else None
    return default() if callable(default) else default


# ---------------------------------------------------------------- our own widgets


def draw_widget(widget, name: str, value, place: Place) -> SafeString:
    kinds = {
        widgets.ComponentsInput: draw_components,
        widgets.ComponentInput: draw_component,
        widgets.RowsInput: draw_rows,
        widgets.GroupInput: draw_group,
        widgets.PairsInput: draw_pairs,
        widgets.SecretInput: draw_secret,
    }
    draw = next(draw for kind, draw in kinds.items() if isinstance(widget, kind))
    return draw(widget, name, value, place)


def draw_group(widget, name: str, value, place: Place) -> SafeString:
    known = widget.form_class.base_fields
    context = {
        "id": f"id_{name}",
        "errors": place.land(f"id_{name}", known),
        "fields": draw_form(widget.form_class, name, value or {}, place),
    }
    return render_to_string("forms/group.html", context)


def draw_rows(widget, name: str, value, place: Place) -> SafeString:
    rows = value if isinstance(value, list) else []
    fields = widget.form_class.base_fields
    as_table = len(fields) <= 4 and all(is_cell(f) for f in fields.values())
    draw_row = draw_cells if as_table else draw_stack
    context = {
        "name": name,
        "id": f"id_{name}",
        "errors": place.land(f"id_{name}", range(len(rows))),
        "headings": [label_of(key, f) for key, f in fields.items()],
        "helps": [(label_of(key, f), f.help_text) for key, f in fields.items() if f.help_text],
        "rows": [
            draw_row(widget.form_class, f"{name}-{i}", row, i, place.below(i))
            for i, row in enumerate(rows)
        ],
        "readonly": place.readonly,
    }
    return render_to_string("forms/rows.html" if as_table else "forms/stack.html", context)


def is_cell(form_field: forms.Field) -> bool:
    """Whether a field is small enough for a table's cell."""
    return not isinstance(form_field.widget, widgets.DrawnWidget | forms.RadioSelect) and not (
        isinstance(form_field.widget, forms.CheckboxSelectMultiple)
    )


def draw_cells(form_class, name: str, row: dict, index: int, place: Place) -> dict:
    cells = []
    for key, form_field in form_class.base_fields.items():
        inner, cell = place.below(key), f"{name}-p-{key}"
        errors = inner.land(f"id_{cell}")
        context = {"help": "", "readonly": place.readonly}
        value = shown_value(form_field, key, row)
        html = draw_plain(labelled(form_field, key, index), cell, value, errors, context)
        cells.append({"html": html, "errors": errors, "label": label_of(key, form_field)})
    errors = place.land(f"id_{name}", form_class.base_fields)
    return row_context(name, row, index, place) | {"cells": cells, "errors": errors}


def labelled(form_field: forms.Field, key: str, index: int) -> forms.Field:
    """The field with a spoken label: in a table the visible one is the column's heading."""
    labelled = copy.copy(form_field)
    labelled.widget = copy.copy(form_field.widget)
    spoken = f"{label_of(key, form_field)}, row {index + 1}"
    labelled.widget.attrs = form_field.widget.attrs | {"aria-label": spoken}
    return labelled


def draw_stack(form_class, name: str, row: dict, index: int, place: Place) -> dict:
    errors = place.land(f"id_{name}", form_class.base_fields)
    fields = draw_form(form_class, name, row, place)
    return row_context(name, row, index, place) | {"fields": fields, "errors": errors}


def row_context(name: str, row: dict, index: int, place: Place) -> dict:
    return {
        "name": name,
        "given": hidden(f"{name}-given", list(row)),
        "index": index,
        "number": index + 1,
        "focused": getattr(row, "focused", ""),
        "faulty": bool(place.faults),
    }


def draw_pairs(widget, name: str, value, place: Place) -> SafeString:
    if isinstance(value, Unparsable):
        rows = list(value.typed)
    else:
        pairs = value if isinstance(value, dict) else {}
        rows = [(posted.key_text(key), posted.typed_text(item)) for key, item in pairs.items()]
    context = {
        "name": name,
        "id": f"id_{name}",
        "label": getattr(widget, "label", ""),
        "errors": place.land(f"id_{name}"),
        "rows": [
            {
                "name": f"{name}-{i}",
                "key": key,
                "text": text,
                "lines": lines_for(text),
                "number": i + 1,
            }
            for i, (key, text) in enumerate(rows if place.readonly else [*rows, ("", "")])
        ],
        "readonly": place.readonly,
    }
    return render_to_string("forms/pairs.html", context)


def draw_secret(widget, name: str, value, place: Place) -> SafeString:
    stored = list(getattr(value, "place", ()) or (place.path if value == MASK else ()))
    errors = place.land(f"id_{name}")
    context = {
        "name": name,
        "id": f"id_{name}",
        "value": value or "",
        "variable": isinstance(value, str) and value.startswith("${"),
        "place": hidden(f"{name}-place", stored) if stored else "",
        "errors": errors,
        "readonly": place.readonly,
    }
    return render_to_string("forms/secret.html", context)


# ---------------------------------------------------------------- components


def draw_component(widget, name: str, value, place: Place) -> SafeString:
    context = component_context(widget, name, value, place)
    return render_to_string("forms/component.html", context)


def component_context(widget, name: str, value, place: Place) -> dict:
    """What both a single component and a step of a list show."""
    registry = widget.registry
    spec = value if isinstance(value, dict) else {}
    prototype = spec.get("prototype") or ""
    known = prototype in registry
    parameters = spec.get("parameters") if isinstance(spec.get("parameters"), dict) else {}
    fields = registry[prototype].Parameters.base_fields if known else {}
    chosen = SAVED + value if isinstance(value, str) and value else prototype
    more = {k: v for k, v in parameters.items() if k not in fields}
    inner = place.below("parameters")
    errors = place.land(f"id_{name}", ("parameters",)) + inner.land(f"id_{name}", fields)
    return {
        "name": name,
        "id": f"id_{name}",
        "noun": registry.noun,
        "a_noun": registry.a_noun,
        "optional": isinstance(widget, widgets.ComponentInput) and not widget.is_required,
        "component": registry[prototype] if known else None,
        "unknown": prototype if prototype and not known else "",
        "saved": value if isinstance(value, str) else "",
        "saved_name": saved_names(registry).get(value, value) if isinstance(value, str) else "",
        "saved_url": saved_page(registry, value) if isinstance(value, str) else "",
        "chosen": chosen,
        "options": options(registry, widget.allow_saved, chosen),
        "meta": hidden(f"{name}-meta", spec["meta"]) if spec.get("meta") else "",
        "more": hidden(f"{name}-more", more) if more else "",
        "fields": draw_settings(registry[prototype], name, parameters, inner) if known else "",
        "errors": errors,
        "readonly": place.readonly,
    }


def draw_settings(component, name: str, parameters: dict, place: Place) -> SafeString:
    named = {k: v for k, v in parameters.items() if k in component.Parameters.base_fields}
    return draw_form(component.Parameters, name, named, place)


def draw_components(widget, name: str, value, place: Place) -> SafeString:
    steps = value if isinstance(value, list) else []
    context = {
        "name": name,
        "id": f"id_{name}",
        "label": getattr(widget, "label", ""),
        "noun": widget.registry.noun,
        "a_noun": widget.registry.a_noun,
        "errors": place.land(f"id_{name}", range(len(steps))),
        "steps": [
            draw_step(widget, f"{name}-{i}", step, i, len(steps), place.below(i))
            for i, step in enumerate(steps)
        ],
        "options": options(widget.registry, widget.allow_saved, ""),
        "readonly": place.readonly,
    }
    return render_to_string("forms/components.html", context)


def draw_step(widget, name: str, spec, index: int, count: int, place: Place) -> dict:
    context = component_context(widget, name, spec, place)
    meta = spec.get("meta") or {} if isinstance(spec, dict) else {}
    component = context["component"]
    label = component.label if component else context["unknown"] or context["saved_name"]
    return context | {
        "index": index,
        "first": index == 0,
        "last": index == count - 1,
        "title": meta.get("name") or label or f"Choose {widget.registry.a_noun}",
        "label": label if meta.get("name") else "",
        "given_name": meta.get("name") or "",
        "disabled": bool(meta.get("disabled")),
        "summary": summary_of(spec, widget.registry) if isinstance(spec, dict) else "",
        "open": getattr(spec, "open", False) or not spec or bool(place.faults),
        "focused": getattr(spec, "focused", ""),
        "faulty": bool(place.faults),
    }


def saved_page(registry, identifier: str) -> str:
    from alumio.pages import registered
    from alumio.references import SAVED_AS

    pages = registered.get(SAVED_AS.get(registry.noun))
    return pages.url("edit", identifier) if pages and posted.is_identifier(identifier) else ""


def saved_names(registry) -> dict:
    choices = getattr(registry, "saved_choices", None)
    return dict(choices()) if choices else {}


def options(registry, allow_saved: bool, chosen: str) -> SafeString:
    """The types that can be chosen, with their help, and the saved ones."""
    row = '<option value="{}" data-help="{}"{}>{}</option>'
    mark = lambda value: mark_safe(" selected") if value == chosen else ""  # noqa: E731
    types = format_html_join(
        "", row, ((c.prototype, c.help, mark(c.prototype), c.label) for c in registry)
    )
    saved = saved_names(registry) if allow_saved else {}
    if chosen.startswith(SAVED):
        saved.setdefault(chosen.removeprefix(SAVED), chosen.removeprefix(SAVED))
    elif chosen and chosen not in registry:
        types += format_html(row, chosen, "", mark(chosen), f"{chosen} (not known here)")
    if not saved:
        return types
    rows = ((SAVED + key, key, mark(SAVED + key), title) for key, title in saved.items())
    return format_html(
        '<optgroup label="Saved">{}</optgroup><optgroup label="Types">{}</optgroup>',
        format_html_join("", row, rows),
        types,
    )
