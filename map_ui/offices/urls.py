"""Addresses of the offices' page."""

from django.urls import path

from map_ui.offices import views

urlpatterns = [
    path("offices/", views.offices, name="offices"),
    path("offices/near.json", views.offices_json, name="offices-near"),
]
