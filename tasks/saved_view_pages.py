"""What people post about saved views: save one, rename, share, overwrite and delete it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.models import Role
from alumio.views import safe_next
from tasks.models import SavedView
from tasks.saved_view_form import SavedViewForm
from tasks.saved_views import Tabs, may_change, note, visible_to


class SavedViewPage(RoleRequired, View):
    """Base: posts that end at the list again, with a word about what was done."""

    role_to_change = Role.VIEWER

    def store(self, view: SavedView, posted, action: str):
        """Save the view as it was posted, and go to the list as the view keeps it."""
        form = SavedViewForm(posted, instance=view, user=self.request.user)
        if not form.is_valid():
            for error in (e for errors in form.errors.values() for e in errors):
                messages.error(self.request, error)
            return redirect(safe_next(self.request, reverse("tasks:list")))
        try:
            with transaction.atomic():
                form.save()
                note(Actor.of(self.request), action, view)
        except IntegrityError:  # a second click, which was checked before the first was stored
            messages.error(self.request, f"There is a view “{view.name}” already.")
            return redirect(safe_next(self.request, reverse("tasks:list")))
        messages.success(self.request, f"The view “{view.name}” was saved.")
        return redirect(Tabs(QueryDict(), self.request.user).url(view))


class Save(SavedViewPage):
    """Keeps the present filter under a new name."""

    def post(self, request):
        return self.store(SavedView(user=request.user), request.POST, "save-view")


class Change(SavedViewPage):
    """Renames, shares, overwrites or deletes a view, as the button `do` says."""

    def post(self, request, pk):
        view = get_object_or_404(visible_to(request.user), pk=pk)
        if not may_change(view, request.user):
            raise PermissionDenied(f"Only {view.user} and administrators may change this view.")
        if request.POST.get("do") == "delete":
            return self.remove(view)
        posted = request.POST.copy()
        if posted.get("do") != "overwrite":
            posted["query"] = view.query
        return self.store(view, posted, "change-view")

    def remove(self, view: SavedView):
        with transaction.atomic():
            note(Actor.of(self.request), "delete-view", view)
            view.delete()
        messages.success(self.request, f"The view “{view.name}” was deleted.")
        return redirect("tasks:list")
