"""Addresses of the pages of transformers and entity schemas."""

from django.urls import path

from transformers import views

urlpatterns = [
    path("transformers/", views.transformers.urls()),
    path("entity-schemas/", views.entity_schemas.urls()),
]
