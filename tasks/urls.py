"""Addresses of the task pages."""

from django.urls import path

from tasks import views

app_name = "tasks"
urlpatterns = [
    path("tasks/", views.List.as_view(), name="list"),
    path("tasks/live/", views.Live.as_view(), name="live"),
    path("tasks/action/", views.Action.as_view(), name="action"),
    path("tasks/<slug:identifier>/", views.Detail.as_view(), name="detail"),
    path("tasks/<slug:identifier>/data/", views.Data.as_view(), name="data"),
]
