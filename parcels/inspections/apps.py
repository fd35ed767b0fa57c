"""Registers the app `parcels.inspections`."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "parcels.inspections"
    label = "inspections"
