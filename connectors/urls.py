"""Addresses of the pages of incomings, outgoings, connections and storages."""

from django.urls import path

from connectors import views

urlpatterns = [
    path("incomings/", views.incomings.urls()),
    path("outgoings/", views.outgoings.urls()),
    path("connections/", views.connections.urls()),
    path("storages/", views.storages.urls()),
]
