"""REST: the list of tasks as a file, CSV or NDJSON."""

from alumio.api import ApiView, Invalid
from alumio.audit import Actor
from alumio.openapi import TEXT, Operation, filter_parameters
from tasks.columns import COLUMNS
from tasks.download import KINDS, Download
from tasks.filters import TaskFilter

QUERY = {
    "columns": {
        "type": "string",
        "description": f"Of a CSV file, separated by commas: {', '.join(COLUMNS)}. All by default.",
    },
    "bom": {
        "type": "string",
        "enum": ["1"],
        "description": "Of a CSV file: begin with a byte order mark, as some spreadsheets need.",
    },
}
PAGING = ("cursor", "page_size")
WORDS = {"csv": "for a spreadsheet", "ndjson": "with the data of each"}


class TasksFile(ApiView):
    """All tasks that match, newest first, as they are read."""

    kind = ""

    def operation(self, action: str) -> Operation:
        asked = {k: v for k, v in filter_parameters(TaskFilter).items() if k not in PAGING}
        asked |= {k: dict(v) for k, v in QUERY.items() if self.kind == "csv"}
        words = f"All tasks that match as a file, {WORDS[self.kind]}"
        content = KINDS[self.kind][0].partition(";")[0]
        return Operation(words, {(200, content): TEXT}, query=asked, refusals=(400,))

    def perform_content_negotiation(self, request, force=False):
        """The address says what is answered, whatever the caller says it accepts."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request):
        download = Download(request.query_params, self.kind)
        if download.faults:
            raise Invalid(download.faults)
        return download.response(Actor.of(request))
