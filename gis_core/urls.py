"""All addresses; the pages and the API live in map_ui."""

from django.urls import include, path

urlpatterns = [path("", include("map_ui.urls"))]
