"""Registers the app `layers.offices`."""

from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "layers.offices"
    label = "offices"
