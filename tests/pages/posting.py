"""A browser without JavaScript, as far as forms go: what it would post of a page's form."""

from html.parser import HTMLParser

BUTTONS = ("submit", "button", "image", "reset", "file")


class Form(HTMLParser):
    """The successful controls of the form with this id, in order.

    Like a browser: line breaks become CR LF in a textarea and vanish from an input, unticked boxes
    and disabled controls are not posted, a select without a chosen option posts its first one.
    """

    def __init__(self, html: str, form_id="configuration-form"):
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self._textarea = self._select = self._option = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside or "disabled" in given:
            return
        start = getattr(self, f"start_{tag}", None)
        if start:
            start(given)

    def start_button(self, given):
        if "name" in given:
            self.buttons.append(given["name"])

    def start_input(self, given):
        kind = given.get("type", "text")
        if kind in BUTTONS or "name" not in given:
            return
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self.fields.append((given["name"], given.get("value", "on")))
            return
        value = given.get("value", "") or ""
        if kind != "hidden":
            value = value.replace("\r", "").replace("\n", "")
        self.fields.append((given["name"], value))

    def start_textarea(self, given):
        self._textarea = [given["name"], ""]

    def start_select(self, given):
        self._select = {"name": given["name"], "multiple": "multiple" in given, "options": []}

    def start_option(self, given):
        self._option = [given.get("value"), "selected" in given, ""]

    def handle_data(self, data):
        if self._textarea:
            self._textarea[1] += data
        if self._option:
            self._option[2] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        if tag == "textarea" and self._textarea:
            name, text = self._textarea
            text = text.removeprefix("\n").replace("\r\n", "\n").replace("\r", "\n")
            self.fields.append((name, text.replace("\n", "\r\n")))
            self._textarea = None
        if tag == "option" and self._option and self._select is not None:
            value, selected, text = self._option
            self._select["options"].append((value if value is not None else text, selected))
            self._option = None
        if tag == "select" and self._select:
            self._end_select()

    def _end_select(self):
        select, self._select = self._select, None
        chosen = [value for value, selected in select["options"] if selected]
        if not chosen and select["options"] and not select["multiple"]:
            chosen = [select["options"][0][0]]
        self.fields += [(select["name"], value) for value in chosen]

    def post(self, **changes) -> dict:
        """What is posted, with some fields changed; None takes one away. "__" stands for "-"."""
        data: dict[str, list] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value)
        for name, value in changes.items():
            key = name.replace("__", "-")
            if value is None:
                data.pop(key, None)
            else:
                data[key] = value
        return data
