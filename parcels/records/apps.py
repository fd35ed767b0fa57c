"""Registers the app `parcels.records`."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "parcels.records"
    label = "records"
