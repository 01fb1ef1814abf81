"""Draws our own widgets: components and lists of them, rows, groups, pairs and secrets."""

import copy

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from alumio import posted, widgets
from alumio.components import MASK, label_of
from alumio.drawing import Place, draw_form, draw_plain, hidden, lines_for, shown_value
from alumio.posted import SAVED, Unparsable
from alumio.summary import summary_of


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
        "suggests": getattr(widget, "suggests", ""),
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
        "saved_name": saved_names(registry, place).get(value, value)
        if isinstance(value, str)
        else "",
        "saved_url": saved_page(registry, value) if isinstance(value, str) else "",
        "chosen": chosen,
        "options": options(registry, widget.allow_saved, chosen, place),
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
        "options": options(widget.registry, widget.allow_saved, "", place),
        "readonly": place.readonly,
    }
    return render_to_string("forms/components.html", context)


def draw_step(widget, name: str, spec, index: int, count: int, place: Place) -> dict:
    context = component_context(widget, name, spec, place)
    meta = spec.get("meta") or {} if isinstance(spec, dict) else {}
    component = context["component"]
    label = component.label if component else context["unknown"] or context["saved_name"]
    label, summary = in_short(spec, widget.registry, label)
    return context | {
        "index": index,
        "first": index == 0,
        "last": index == count - 1,
        "title": meta.get("name") or label or f"Choose {widget.registry.a_noun}",
        "label": label if meta.get("name") else "",
        "given_name": meta.get("name") or "",
        "disabled": bool(meta.get("disabled")),
        "summary": summary,
        "open": getattr(spec, "open", False) or not spec or bool(place.faults),
        "focused": getattr(spec, "focused", ""),
        "faulty": bool(place.faults),
    }


def in_short(spec, registry, label: str) -> tuple[str, str]:
    """What a component does, and its settings in a line: a step alike wherever it is shown."""
    if not isinstance(spec, dict):
        return label, ""
    if registry.told and spec.get("prototype") in registry:
        return registry.told(spec)
    return label, summary_of(spec, registry)


def saved_page(registry, identifier: str) -> str:
    from alumio.pages import registered
    from alumio.references import SAVED_AS

    pages = registered.get(SAVED_AS.get(registry.noun))
    return pages.url("edit", identifier) if pages and posted.is_identifier(identifier) else ""


def saved_names(registry, place: Place) -> dict:
    """The saved components of a registry: names by identifier."""
    choices = getattr(registry, "saved_choices", None)
    return place.once(("saved", registry), lambda: dict(choices())) if choices else {}


def options(registry, allow_saved: bool, chosen: str, place: Place) -> SafeString:
    """The types that can be chosen, and the saved ones. Their help is noted once a page."""
    place.once(("help", registry), lambda: {c.prototype: c.help for c in registry if c.help})
    saved = saved_names(registry, place) if allow_saved else {}
    return place.once(
        ("options", registry, allow_saved, chosen), make_options, registry, saved, chosen
    )


def make_options(registry, saved: dict, chosen: str) -> SafeString:
    names = {component.prototype: component.label for component in registry}
    saved = {SAVED + identifier: name for identifier, name in saved.items()}
    if chosen.startswith(SAVED):
        saved.setdefault(chosen, chosen.removeprefix(SAVED))
    elif chosen and chosen not in names:
        names[chosen] = f"{chosen} (not known here)"
    types = option_rows(names, chosen)
    if not saved:
        return types
    groups = '<optgroup label="Saved">{}</optgroup><optgroup label="Types">{}</optgroup>'
    return format_html(groups, option_rows(saved, chosen), types)


def option_rows(names: dict, chosen: str) -> SafeString:
    mark = mark_safe(" selected")
    rows = ((value, mark if value == chosen else "", name) for value, name in names.items())
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def helps(place: Place) -> dict:
    """What helps to choose a type, by the registry's noun and the type's prototype."""
    return {key[1].noun: made for key, made in place.memo.items() if key[0] == "help"}
