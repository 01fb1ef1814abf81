"""Addresses of the pages of remembered entities."""

from django.urls import path

from tasks import memory_pages

app_name = "memories"
urlpatterns = [
    path("unchanged/", memory_pages.List.as_view(), name="list"),
    path("unchanged/forget/", memory_pages.Forget.as_view(), name="forget"),
    path("unchanged/<int:pk>/", memory_pages.Detail.as_view(), name="detail"),
]
