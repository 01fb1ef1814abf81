"""Draws settings: the inverse of `alumio.posted`. Templates are in templates/forms.

Errors travel along with their paths; each lands at the field it belongs to and remembers that
field's id as its `anchor`, so that a summary can link to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from alumio import jsontext, posted, widgets
from alumio.components import empty_value, label_of
from alumio.forms import ReferenceField
from alumio.located import Located
from alumio.references import NAMED_BY

LONG, FIRST = 7, 5
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
    """Where in the page and in the stored configuration something is drawn.

    `memo` is shared by all places of a page: what is the same for many fields is made once.
    """

    readonly: bool = False
    path: tuple = ()
    faults: list[Fault] = field(default_factory=list)
    memo: dict = field(default_factory=dict)

    def once(self, key: tuple, make, *arguments):
        if key not in self.memo:
            self.memo[key] = make(*arguments)
        return self.memo[key]

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
        if not form_field.required:
            widget.attrs["data-optional"] = True
        context["open_url"] = page_of(form_field, value)
    if key in NAMED_BY:
        context["suggestions"] = place.once(("identifiers", key), identifiers, NAMED_BY[key])
    if drawn_by_us:
        widget.label = context["label"]
        widget.suggests = getattr(form_field, "suggests", "")
        context["html"] = widget.draw(name, value, place)
    else:
        context["html"] = draw_plain(form_field, name, value, errors, context)
    return render_to_string("forms/field.html", context)


def page_of(form_field: ReferenceField, value) -> str:
    """The address of the page of what is chosen; "" where nothing is."""
    from alumio.pages import registered

    pages = registered.get(form_field.queryset.model.kind)
    return pages.url("edit", value) if pages and value and posted.is_identifier(value) else ""


def identifiers(kind: str) -> list[tuple[str, str]]:
    """All configurations of a kind: identifier and name."""
    from alumio.pages import registered

    pages = registered.get(kind)
    rows = pages.model.objects.order_by("name") if pages else ()
    return [(row.identifier, row.name) for row in rows]


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
    if context.get("suggestions"):
        attrs["list"] = f"id_{name}-list"
    if context["help"] or errors:
        attrs["aria-describedby"] = f"id_{name}-help"
    if errors:
        attrs["aria-invalid"] = "true"
    if context["readonly"]:
        attrs["disabled"] = True
    return draw_text(widget, name, value, attrs | suggesting(form_field))


def suggesting(form_field) -> dict:
    """The marks of a setting in which the fields of a record can be written."""
    kind, within = getattr(form_field, "suggests", ""), getattr(form_field, "within", "")
    marks = {"data-suggests": kind} if kind else {}
    return marks | ({"data-within": within} if within else {})


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
    """The fields of a nested form, and which of them the spec named.

    Of a long form the first fields and those that are set are shown; the rest is folded away.
    """
    shown, folded = [hidden(f"{name}-given", list(values))], []
    fields = form_class.base_fields
    for number, (key, form_field) in enumerate(fields.items()):
        inner, value = place.below(key), shown_value(form_field, key, values)
        is_folded = len(fields) > LONG and number >= FIRST and not (key in values or inner.faults)
        drawn = draw_field(key, form_field, f"{name}-p-{key}", value, inner)
        (folded if is_folded else shown).append(drawn)
    context = {"fields": joined(shown), "folded": joined(folded), "count": len(folded)}
    return render_to_string("forms/fields.html", context)


def joined(parts: list[SafeString]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped)


def shown_value(form_field, key: str, values: dict):
    """The value to show: what the spec says, else the default, which is blank where it is empty."""
    if key in values:
        return form_field.prepare_value(values[key])
    default = empty_value(form_field)
    if posted.is_empty(default):
        return "" if isinstance(form_field.widget, widgets.JSONInput) else None
    return default() if callable(default) else default
