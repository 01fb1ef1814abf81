"""Which panel a node opens with."""

from alumio.builder.document import Document
from alumio.builder.mapper import MapperPanel
from alumio.builder.panels import SETTINGS, START, Panel, SettingsPanel, StartPanel
from alumio.builder.steps import Place


def panel_at(document: Document, at: str) -> Panel:
    """The panel of a node. Raises LookupError where it is gone."""
    special = {SETTINGS: SettingsPanel, START: StartPanel}
    kind = special.get(at) or (MapperPanel if Place.read(at) else Panel)
    return kind(document, at)
