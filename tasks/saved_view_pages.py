"""What people post about saved views: save one, rename, share, overwrite and delete it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from alumio.audit import Actor, record
from alumio.models import Role
from alumio.views import safe_next
from tasks.filters import TaskFilter
from tasks.listing import BESIDES
from tasks.models import SavedView
from tasks.saved_views import Tabs, kept, may_change, visible_to

DO = ("save", "overwrite", "delete")


class ViewForm(forms.ModelForm):
    """Name, and whether others see it. Viewers keep theirs to themselves."""

    class Meta:
        model = SavedView
        fields = ("name", "shared")
        error_messages = {"name": {"required": "Give the view a name."}}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_shared(self):
        shared = self.cleaned_data["shared"]
        if shared and not self.instance.shared and not self.user.may("editor"):
            raise forms.ValidationError("Sharing a view needs the role editor.")
        return shared


class ViewPage(RoleRequired, View):
    """Base: posts that end at the list again, with a word about what was done."""

    role_to_change = Role.VIEWER

    def store(self, view: SavedView, action: str):
        """Save the view with the posted name, and go to the list as the view keeps it."""
        form = ViewForm(self.request.POST, instance=view, user=self.request.user)
        if not form.is_valid():
            return self.refuse(" ".join(e for errors in form.errors.values() for e in errors))
        try:
            with transaction.atomic():
                form.save()
                self.note(view, action)
        except IntegrityError:
            return self.refuse(
                f"There is a view “{view.name}” already. Choose another name, or open that view "
                "and save the filter there."
            )
        messages.success(self.request, f"The view “{view.name}” was saved.")
        return redirect(Tabs(QueryDict(), self.request.user).url(view))

    def refuse(self, text: str):
        messages.error(self.request, text)
        return redirect(safe_next(self.request, reverse("tasks:list")))

    def note(self, view: SavedView, action: str) -> None:
        criteria = dict(QueryDict(view.query).lists())
        note = "shared" if view.shared else ""
        record(Actor.of(self.request), action, view.name, criteria=criteria, note=note)

    def posted_query(self) -> str | None:
        """The filter that was posted as a view keeps it; None where it cannot be read."""
        query = QueryDict(self.request.POST.get("query", "").lstrip("?"))
        chosen = TaskFilter(query, besides=BESIDES)
        return kept(query) if chosen.is_valid() else None


class Save(ViewPage):
    """Keeps the present filter under a new name."""

    def post(self, request):
        query = self.posted_query()
        if query is None:
            return self.refuse("The filter cannot be read. Correct it before you save it.")
        return self.store(SavedView(user=request.user, query=query), "save view")


class Change(ViewPage):
    """Renames, shares, overwrites or deletes a view, as the button `do` says."""

    def post(self, request, pk):
        view = get_object_or_404(visible_to(request.user), pk=pk)
        if not may_change(view, request.user):
            raise PermissionDenied(f"Only {view.user} and administrators may change this view.")
        if request.POST.get("do") == "delete":
            return self.delete(view)
        if request.POST.get("do") == "overwrite":
            view.query = self.posted_query()
            if view.query is None:
                return self.refuse("The filter cannot be read. Correct it before you save it.")
        return self.store(view, "change view")

    def delete(self, view: SavedView):
        with transaction.atomic():
            self.note(view, "delete view")
            view.delete()
        messages.success(self.request, f"The view “{view.name}” was deleted.")
        return redirect("tasks:list")
