"""Every page of the platform, found in the address table: axe finds nothing serious on it in either
theme, and it is no wider than a telephone."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.browsing import rest
from tests.pages.everything import make_everything

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

AXE = (Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js").read_text()
NO_PAGES = ("api", "demo", "healthz", "readyz")
"""Not for people, or not ours: the page of the API's documentation is Swagger's own."""
ONLY_WITH_MORE = ("planner-shift", "processes:not-allowed", "route-builder:copy")
"""No pages either: without a form, the right kind of process or a step they are not there."""
STILL = """() => {
  const sheet = new CSSStyleSheet();
  const still = "transition: none !important; animation: none !important";
  sheet.replaceSync(`*, ::before, ::after { ${still} }`);
  document.adoptedStyleSheets = [sheet];
}"""
PARTS = 3
"""So many tests share the pages, so that each ends soon and they can run side by side."""
FOUND = """async ([theme, rules]) => {
  document.documentElement.dataset.bsTheme = theme;
  const only = rules ? {runOnly: rules} : {};
  const place = location.pathname === "/" ? document : {exclude: [".navbar-vertical"]};
  const found = await axe.run(place, {resultTypes: ["violations"], preload: false, ...only});
  return found.violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .flatMap(({id, nodes}) => nodes.map((node) => `${id} ${node.target} ${node.any[0]?.message}`));
}"""


def names(patterns=None, spaces=()) -> list[str]:
    """The names of all addresses but those under NO_PAGES, with their name spaces."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            space = (pattern.namespace,) if pattern.namespace else ()
            found += names(pattern.url_patterns, (*spaces, *space))
        else:
            found.append(":".join([*spaces, pattern.name]))
    return [
        name
        for name in dict.fromkeys(found)
        if not name.startswith(NO_PAGES) and not name.endswith(ONLY_WITH_MORE)
    ]


def arguments_of(name: str) -> set[str]:
    resolver = get_resolver()
    *spaces, last = name.split(":")
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    return set(resolver.reverse_dict.getlist(last)[0][0][0][1])


def path_of(name: str, things: dict) -> str:
    """The address with what there is in its place."""
    space, _, last = name.rpartition(":")
    owners = {"trying": f"{last.partition('-')[0]}s", "route-builder": "routes"}
    if name in ("run-scheduled-job", "planner-shift"):
        owners[space] = "scheduled-jobs"
    elif "run-" in name:
        owners[space] = f"{name.removeprefix('run-')}s"
    thing = things.get(owners.get(space, space), things[""])
    values = {"identifier": getattr(thing, "identifier", ""), "pk": thing.pk, "number": 1}
    if name == "tasks:message":
        values["pk"] = thing.messages.first().pk
    return reverse(name, kwargs={key: values[key] for key in arguments_of(name)})


def pages(client: Client, things: dict) -> list[str]:
    """The addresses that answer with a whole page, one of those that the same templates drew, and
    some whose page depends on what is asked."""
    answers = {path: client.get(path) for path in (path_of(name, things) for name in names())}
    assert [path for path, answer in answers.items() if answer.status_code in (404, 500)] == []
    whole = {path: a for path, a in answers.items() if b"<html" in getattr(a, "content", b"")}
    drawn_by = {frozenset(t.name for t in a.templates): path for path, a in whole.items()}
    return [*drawn_by.values(), *WITH_A_QUERY, "/nowhere/"]


WITH_A_QUERY = (
    "/tasks/?status=failed&route=long-route",
    "/tasks/?status=nonsense",
    "/tasks/entity/?identifier=order.lines.delivery.address.country.region.postal.codes.0.id",
    "/search/?q=order",
    "/routes/?q=nothing-is-called-so",
)


@pytest.fixture
def visitor(page, live_server):
    """An administrator at a browser, and all that the platform shows."""
    things = make_everything()
    client = Client()
    client.force_login(things[""])
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    return page, client, things


def faults_of(page, path: str) -> list[str]:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(path)
    page.evaluate(STILL)
    page.evaluate(AXE)
    faults = page.evaluate(FOUND, ["light", None])
    faults += [f"dark: {each}" for each in page.evaluate(FOUND, ["dark", ["color-contrast"]])]
    page.set_viewport_size({"width": 390, "height": 844})
    rest(page)
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 390:
        faults.append(f"is {width} wide on a telephone")
    return faults


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_serious_on_any_page(visitor, part):
    page, client, things = visitor
    found = {}

    for path in pages(client, things)[part::PARTS]:
        found |= {path: faults} if (faults := faults_of(page, path)) else {}

    assert found == {}
