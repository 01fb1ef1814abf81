"""Addresses of the task pages."""

from django.urls import path

from tasks import action_pages, entity_pages, list_pages, retry_pages, saved_view_pages, views

app_name = "tasks"
urlpatterns = [
    path("tasks/", list_pages.List.as_view(), name="list"),
    path("tasks/live/", list_pages.Live.as_view(), name="live"),
    path("tasks/columns/", list_pages.Columns.as_view(), name="columns"),
    path("tasks/views/", saved_view_pages.Save.as_view(), name="save-view"),
    path("tasks/views/<int:pk>/", saved_view_pages.Change.as_view(), name="change-view"),
    path("tasks/tasks.csv", list_pages.DownloadPage.as_view(kind="csv"), name="csv"),
    path("tasks/tasks.ndjson", list_pages.DownloadPage.as_view(kind="ndjson"), name="ndjson"),
    path("tasks/action/", action_pages.Action.as_view(), name="action"),
    path("tasks/entity/", entity_pages.Entity.as_view(), name="entity"),
    path("search/", entity_pages.SearchPage.as_view(), name="search"),
    path(
        "tasks/<slug:identifier>/messages/<int:pk>/",
        entity_pages.OneMessage.as_view(),
        name="message",
    ),
    path("tasks/<slug:identifier>/", views.Detail.as_view(), name="detail"),
    path("tasks/<slug:identifier>/data/", views.Data.as_view(), name="data"),
    path("tasks/<slug:identifier>/edit/", retry_pages.EditData.as_view(), name="edit-data"),
    path(
        "tasks/<slug:identifier>/versions/<int:number>/",
        retry_pages.OneVersion.as_view(),
        name="version",
    ),
    path("tasks/<slug:identifier>/reimport/", retry_pages.Reimport.as_view(), name="reimport"),
]
