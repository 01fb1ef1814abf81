"""Addresses of the pages “Try it”."""

from django.urls import path

from tasks.trying.pages import TryPage

app_name = "trying"
urlpatterns = [
    path(f"{kind}s/<slug:identifier>/try/", TryPage.as_view(kind=kind), name=kind)
    for kind in ("route", "incoming", "outgoing")
]
