"""Addresses of the page of errors."""

from django.urls import path

from tasks import error_pages

app_name = "errors"
urlpatterns = [path("errors/", error_pages.ErrorsPage.as_view(), name="list")]
