"""The navigation of all pages: what is where, and which entry the present page belongs to."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from alumio.models import Role

DASHBOARD = ("Dashboard", "home", "dashboard")
SECTIONS = (
    ("", (DASHBOARD, ("Map", "sitemap", "map"))),
    (
        "Integrations",
        (
            ("Routes", "route", "routes:list"),
            ("Incoming", "database-import", "incomings:list"),
            ("Outgoing", "database-export", "outgoings:list"),
            ("Transformers", "wand", "transformers:list"),
            ("Webhooks", "webhook", "webhooks:list"),
        ),
    ),
    (
        "Monitoring",
        (
            ("Tasks", "checklist", "tasks:list"),
            ("Errors", "alert-triangle", "errors:list"),
            ("Deliveries", "inbox", "deliveries:list"),
            ("Processes", "activity", "processes:list"),
            ("Scheduled jobs", "calendar-time", "scheduled-jobs:list"),
            ("Planner", "calendar-stats", "planner"),
            ("Maintenance", "tool", "maintenance:list"),
        ),
    ),
    (
        "Building blocks",
        (
            ("Connections", "plug-connected", "connections:list"),
            ("Storages", "archive", "storages:list"),
            ("Entity schemas", "schema", "entity-schemas:list"),
            ("Unchanged entities", "equal", "memories:list"),
        ),
    ),
)
SYSTEM = (
    "System",
    (
        ("Retention", "trash", "retention"),
        ("Audit trail", "history", "audit"),
        ("API keys", "key", "api-keys"),
        ("Users", "users", "users"),
    ),
)


@dataclass
class Entry:
    label: str
    icon: str
    url: str
    active: bool


def sections(user, path: str) -> list[tuple[str, list[Entry]]]:
    """The sections that this person may open, with the entries whose pages exist."""
    administrator = getattr(user, "is_authenticated", False) and user.may(Role.ADMINISTRATOR)
    wanted = (*SECTIONS, SYSTEM) if administrator else SECTIONS
    found = [(title, _entries(items, path)) for title, items in wanted]
    return [(title, entries) for title, entries in found if entries]


def _entries(items, path: str) -> list[Entry]:
    entries = []
    for label, icon, name in items:
        if url := address(name):
            active = path == url if url == "/" else path.startswith(url)
            entries.append(Entry(label, icon, url, active))
    return entries


def address(name: str, *args) -> str:
    """The address of a page by its URL name, or "" where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
