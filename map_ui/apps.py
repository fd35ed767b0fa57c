"""Registers the app `map_ui`."""

from django.apps import AppConfig


class MapUiConfig(AppConfig):
    name = "map_ui"
    label = "map_ui"
