"""Registers the app `parcels.fees`."""

from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "parcels.fees"
    label = "fees"
