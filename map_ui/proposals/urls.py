"""Addresses of the question "what if I build this?"."""

from django.urls import path

from map_ui.proposals import views

urlpatterns = [path("parcels/<str:key>/proposal/", views.page, name="proposal")]
