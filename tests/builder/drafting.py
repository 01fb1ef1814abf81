"""Words for tests of drafts: the Route Builder of one person, by its requests."""

from alumio.builder.document import Document
from alumio.builder.models import Draft

NEW = "/routes/builder/new/"


class Builder:
    """The Route Builder of one person, by its requests."""

    def __init__(self, person, base=NEW):
        self.person, self.base = person, base

    def post(self, path: str, **data):
        return self.person.post(f"{self.base}{path}/", **data)

    def panel(self, at: str):
        panel = self.person.open(f"{self.base}panel/?at={at}")
        panel.url = f"{self.base}keep/"
        return panel

    def fill(self, at: str, **fields):
        return self.panel(at).post(**fields)

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(user=self.person.user)

    @property
    def document(self) -> Document:
        return Document(self.draft.state.content)


def of(person, row) -> Builder:
    return Builder(person, f"/routes/builder/edit/{row.identifier}/")
