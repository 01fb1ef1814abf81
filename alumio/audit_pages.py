"""The page of the audit trail, and the trail as a file. Nothing here changes an entry."""

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from alumio import audit, spreadsheet
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.audit_listing import HEADER, AuditList, rows_of
from alumio.models import Role


class AuditView(RoleRequired, View):
    """Administrators see all entries, other people those about themselves."""

    http_method_names = ["get", "head", "options"]

    def chosen(self) -> AuditList:
        me = self.request.user
        everything = me.may(Role.ADMINISTRATOR)
        return AuditList(self.request.GET, only_of=None if everything else me)


class AuditTrail(AuditView):
    """What people did, newest first; the address says which entries."""

    def get(self, request):
        trail = self.chosen()
        context = {"list": trail, "is_mine": trail.only_of is not None}
        return render(request, "audit/list.html", context, status=400 if trail.faults else 200)


class AuditFile(AuditView):
    """The chosen entries as CSV; that somebody took them along is an entry of its own."""

    def get(self, request):
        trail = self.chosen()
        if trail.faults:
            context = {"list": trail, "is_mine": trail.only_of is not None}
            return render(request, "audit/list.html", context, status=400)
        audit.record(Actor.of(request), "export-audit", criteria=trail.criteria)
        name = f"audit-{timezone.now():%Y-%m-%d-%H%M}.csv"
        return StreamingHttpResponse(
            spreadsheet.lines(HEADER, rows_of(trail.chosen)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
