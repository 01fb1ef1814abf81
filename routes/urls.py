"""Addresses of the pages of routes."""

from django.urls import path

from routes import views

urlpatterns = [path("routes/", views.routes.urls())]
