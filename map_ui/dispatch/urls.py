"""Addresses of the day board."""

from django.urls import path

from map_ui.dispatch import views

urlpatterns = [
    path("dispatch/", views.board, name="dispatch"),
    path("dispatch/plan", views.plan, name="dispatch-plan"),
    path("dispatch/<int:plan_id>/send", views.send, name="dispatch-send"),
    path("dispatch/<int:plan_id>/routes.json", views.routes_json, name="dispatch-routes"),
    path("dispatch/<int:plan_id>/<str:inspector_code>/sheet.html", views.sheet, name="dispatch-sheet"),
]
