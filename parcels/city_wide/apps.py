"""Registers the app `parcels.city_wide`."""

from django.apps import AppConfig


class CityWideConfig(AppConfig):
    name = "parcels.city_wide"
    label = "city_wide"
