"""Pagination: the answer holds the address of the next page."""

from django import forms

from connectors.draft import next_url
from connectors.errors import SubscriberError
from connectors.kinds import Pagination
from connectors.reading import PlaceField
from connectors.registries import paginations
from transformers import paths


class FollowLinks(Pagination):
    """Pages that are known by their address. Subclasses find the link."""

    def link(self, response, parsed) -> str | None:
        raise NotImplementedError

    def place(self, draft, state):
        if state.get("uri"):
            draft.url = state["uri"]

    def after(self, state, count, response, parsed):
        link = self.link(response, parsed)
        if not link:
            return None
        try:
            uri = next_url(response.request.url, link)
        except ValueError as error:
            shown = response.redactor.url(link[:200])
            text = f"{response.where} names “{shown}” as the next page, but {error}."
            raise SubscriberError(f"{text} Credentials are not sent there.") from None
        return {"page": state["page"] + 1, "uri": uri}


@paginations.register
class Next(FollowLinks):
    prototype, label = "next", "Follow next links"
    help = "A value in an answer says where the next page is."

    class Parameters(forms.Form):
        pattern = PlaceField(
            label="Path to the next address", help_text="Such as _links.next or _links.next.href."
        )
        pageLimit = forms.IntegerField(
            required=False, min_value=0, label="Largest number of pages", help_text="Empty: all."
        )

    def after(self, state, count, response, parsed):
        limit = self.parameters["pageLimit"]
        if limit and state["page"] >= limit:
            return None
        return super().after(state, count, response, parsed)

    def link(self, response, parsed):
        found = paths.get(parsed.document(), self.parameters["pattern"] or (), None)
        if isinstance(found, dict):
            found = found.get("href")
        return found if isinstance(found, str) else None
