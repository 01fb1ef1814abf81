"""A whole configuration form, drawn: its fields by name, and its problems with links to them."""

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.utils.safestring import SafeString

from alumio import jsontext
from alumio.components import label_of
from alumio.drawing import Place, draw_field, faults_of
from alumio.drawnwidgets import helps
from alumio.forms import ConfigurationForm
from alumio.located import Located


class DrawnForm:
    """`checked`: show errors. Without, a posted form is shown as it is, unfinished as it may be.
    `only` these fields are drawn."""

    def __init__(self, form: ConfigurationForm, *, readonly=False, checked=True, only=None):
        self.form = form
        if not checked:
            form._errors = ErrorDict()
        errors = placed_errors(form) if form.is_bound and checked else []
        faults, self._anchors = faults_of(errors)
        self._place = place = Place(readonly=readonly, faults=faults)
        self.fields = {
            name: self._draw(name, form[name], place.below(name))
            for name in (form.fields if only is None else only)
            if name != "revision"
        }
        self.problems = [
            {"words": " › ".join(e.words), "reason": e.reason, "anchor": self._anchors.get(i, "")}
            for i, e in enumerate(errors)
        ]

    def _draw(self, name, bound, place: Place) -> SafeString:
        if bound.field.disabled:
            place.readonly = True
        return draw_field(name, bound.field, bound.html_name, bound.value(), place)

    @property
    def helps(self) -> str:
        """What helps to choose a type, as JSON for the searchable lists."""
        return jsontext.dumps(helps(self._place))

    @property
    def revision(self):
        return self.form["revision"]


def placed_errors(form) -> list[Located]:
    """All errors of a form, each with its path and words; those of the model's own checks too."""
    found = []
    for name, parts in form.errors.as_data().items():
        for part in parts:
            found.append(placed_error(form, name, part))
    return found


def placed_error(form, name: str, part) -> Located:
    if isinstance(part, Located) and part.path[:1] == (name,):
        return part
    reason = part.reason if isinstance(part, Located) else " ".join(part.messages)
    if name == NON_FIELD_ERRORS or name not in form.fields:
        return Located(reason)
    return Located(reason, (name,), (label_of(name, form.fields[name]),))
