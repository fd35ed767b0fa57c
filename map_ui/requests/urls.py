"""Addresses of the citizen's pages."""

from django.urls import path

from map_ui.requests import views

urlpatterns = [
    path("services/", views.services, name="services"),
    path("requests/new", views.new, name="request-new"),
    path("requests/<uuid:uuid>/check", views.check, name="request-check"),
    path("requests/<uuid:uuid>/abandon", views.abandon, name="request-abandon"),
    path("requests/<uuid:uuid>/<slug:key>", views.step, name="request-step"),
    path("track/", views.track, name="request-track"),
    path("track/<str:code>/", views.tracked, name="request-tracked"),
    path("my/requests/", views.mine, name="requests-mine"),
]
