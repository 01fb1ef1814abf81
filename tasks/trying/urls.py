"""Addresses of the pages “Try it”."""

from django.urls import path

from tasks.trying.fields_page import FieldsPage
from tasks.trying.pages import TryPage

app_name = "trying"
KINDS = ("route", "incoming", "outgoing")
urlpatterns = [
    path(f"{kind}s/<slug:identifier>/try/", TryPage.as_view(kind=kind), name=kind) for kind in KINDS
] + [
    path(f"{kind}s/<slug:identifier>/fields/", FieldsPage.as_view(kind=kind), name=f"{kind}-fields")
    for kind in KINDS
]
