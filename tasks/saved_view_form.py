"""The form of a saved view, for page and API: its name, whether others see it, and its filter."""

from django import forms
from django.http import QueryDict

from tasks.filters import TaskFilter
from tasks.listing import BESIDES
from tasks.models import SavedView
from tasks.saved_views import kept

LONGEST_QUERY = 8_000


class SavedViewForm(forms.ModelForm):
    """`query` is what stands behind the address of the list; the place in the list is left out.
    Sharing needs the role editor."""

    class Meta:
        model = SavedView
        fields = ("name", "shared", "query")
        error_messages = {"name": {"required": "Give the view a name."}}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.was_shared = self.instance.shared

    def clean_shared(self):
        shared = self.cleaned_data["shared"]
        if shared and not self.was_shared and not self.user.may("editor"):
            raise forms.ValidationError("Sharing a view needs the role editor.")
        return shared

    def clean_query(self):
        if len(self.cleaned_data["query"]) > LONGEST_QUERY:
            raise forms.ValidationError("The filter is too long to be an address.")
        query = QueryDict(self.cleaned_data["query"].lstrip("?"))
        chosen = TaskFilter(query, besides=BESIDES)
        if not chosen.is_valid():
            reasons = " ".join(fault.reason for fault in chosen.located_errors())
            raise forms.ValidationError(f"The filter cannot be read. {reasons}")
        return kept(query)

    def clean(self):
        cleaned = super().clean()
        same = SavedView.objects.filter(user=self.instance.user_id, name=cleaned.get("name", ""))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error(
                "name",
                f"There is a view “{cleaned['name']}” already. Choose another name, or open that "
                "view and save the filter there.",
            )
        return cleaned
