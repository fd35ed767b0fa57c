"""Addresses of the planner's pages."""

from django.urls import path

from map_ui import tiles
from map_ui.planner import city_views, views

urlpatterns = [
    path("plans/", views.plans, name="plans"),
    path("plans/open", views.open_plan, name="plan-open"),
    path("plans/<int:pk>/", views.draft_page, name="plan-draft"),
    path("plans/<int:pk>/zones.json", views.zones_json, name="plan-zones-json"),
    path("plans/<int:pk>/zones", views.change, name="plan-zone"),
    path("plans/<int:pk>/submit", views.hand_over, name="plan-submit"),
    path("plans/<int:pk>/publish", views.put_in_force, name="plan-publish"),
    path("city/", city_views.city, name="city-result"),
    path("city/tiles/<int:run>/<int:z>/<int:x>/<int:y>.mvt", tiles.city_tile, name="city-tile"),
]
