"""Words for the task list in a browser: filter it, choose from it, act."""

from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}


def expect_count(page, text: str) -> None:
    """What the foot of the list says: how many tasks match."""
    expect(page.locator(".pager > span").first).to_have_text(text)


def boxes(page):
    return page.locator("input[name=identifiers]")


def filter_by(page, menu: str, fill) -> None:
    """Open a menu of the filter, fill it in, and press its button."""
    dropdown = page.locator(".filters .dropdown").filter(has=page.get_by_role("button", name=menu))
    dropdown.get_by_role("button", name=menu).click()
    fill(dropdown)
    with page.expect_navigation():
        dropdown.get_by_role("button", name="Apply").click()


def select_all(page, what: str) -> None:
    page.get_by_role("button", name="What to select").click()
    page.get_by_role("button", name=what).click()


def press_and_confirm(page, button: str) -> None:
    """Press the button over the list, and say yes to the question, which names the same number."""
    page.locator(".bulk").get_by_role("button", name=button).click()
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def menu_of(page, row):
    row.get_by_role("button", name="Actions for").click()
    return row.locator(".dropdown-menu.show")
