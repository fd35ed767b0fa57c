"""Addresses of the inspector's pages."""

from django.urls import path

from map_ui.inspector import views

urlpatterns = [
    path("inspector/", views.today, name="inspector"),
    path("inspector/visits/<int:visit_id>/", views.visit, name="inspector-visit"),
    path("inspector/visits/<int:visit_id>/report", views.report, name="inspector-report"),
    path("inspector/day-sheet.html", views.sheet, name="inspector-sheet"),
]
