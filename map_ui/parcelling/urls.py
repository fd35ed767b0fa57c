"""Addresses of subdivision and consolidation."""

from django.urls import path

from map_ui.parcelling import views

urlpatterns = [
    path("parcels/<str:key>/subdivision/", views.subdivision, name="subdivision"),
    path("parcels/<str:key>/consolidation/", views.consolidation, name="consolidation"),
]
