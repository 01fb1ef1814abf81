"""Words for tests of the Route Builder in a browser: what a person does, one click each."""

import re

from playwright.sync_api import Locator, Page, expect

from alumio.models import Role, User
from tests.browsing import rest


class Screen:
    """The Route Builder as a person sees it. `clicks` counts what was clicked."""

    def __init__(self, page: Page):
        self.page, self.clicks = page, 0

    def click(self, name: str, exact=True, **where) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=exact, **where))

    def press(self, button: Locator) -> None:
        button.click()
        self.clicks += 1
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        rest(self.page)

    def choose(self, words: str) -> None:
        """Choose by typing a part of its name, as a person does."""
        search = self.page.get_by_label("Search among the choices")
        if search.count():
            search.fill(words)
        self.press(self.panel.locator(".choice-item:visible", has_text=words).first)

    def type(self, text: str) -> None:
        """Into the field that has the focus."""
        self.page.keyboard.type(text)

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def node(self, title: str) -> Locator:
        return self.page.locator("#canvas .node", has=self.page.get_by_text(title, exact=True))

    def expect_titles(self, place: str, *titles: str) -> None:
        """The titles of the steps whose list ends so, top to bottom."""
        shown = self.page.locator(f'[data-list$="{place}"] .node-title')
        expect(shown).to_have_text(list(titles))

    def done(self) -> None:
        self.click("Done")
        expect(self.page.locator("#problems")).to_have_count(0)

    def save(self) -> None:
        self.click("Save & continue")
        expect(self.page.locator("#toasts")).to_contain_text("Saved.")
        self.page.wait_for_url(re.compile("/routes/builder/edit/"))


def signed_in(page: Page, email="editor@example.com") -> Screen:
    User.objects.create_user(email, "a-long-password", Role.EDITOR)
    page.goto("/login/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", "a-long-password")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")
    return Screen(page)
