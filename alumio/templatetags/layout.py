"""Tags of the base layout."""

from django import template

from alumio import navigation

register = template.Library()

THEMES = ("light", "dark")


@register.simple_tag(takes_context=True)
def navigation_sections(context):
    request = context.get("request")
    if request is None:
        return []
    return navigation.sections(getattr(request, "user", None), request.path)


@register.simple_tag(takes_context=True)
def theme(context) -> str:
    """The chosen theme: "light", "dark", or "" to follow the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag
def address(name, *args) -> str:
    """The address of a page, or "" where it does not exist (yet)."""
    return navigation.address(name, *args)


@register.filter
def toast_color(level: str) -> str:
    return {"error": "danger", "debug": "secondary"}.get(level, level or "info")


@register.filter
def toast_icon(level: str) -> str:
    icons = {"success": "circle-check", "error": "alert-circle", "warning": "alert-triangle"}
    return icons.get(level, "info-circle")


@register.filter
def may(user, role: str) -> bool:
    """Whether the person's role includes `role`."""
    return bool(getattr(user, "is_authenticated", False) and user.may(role))


@register.filter
def styled(field):
    """A form's field drawn in the classes of Tabler."""
    kinds = {"select": "form-select", "checkbox": "form-check-input"}
    classes = kinds.get(getattr(field.field.widget, "input_type", ""), "form-control")
    attrs = {"class": classes + (" is-invalid" if field.errors else "")}
    return field.as_widget(attrs={"autocomplete": "off", **field.field.widget.attrs, **attrs})
