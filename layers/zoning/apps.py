"""Registers the app `layers.zoning`."""

from django.apps import AppConfig


class ZoningConfig(AppConfig):
    name = "layers.zoning"
    label = "zoning"
