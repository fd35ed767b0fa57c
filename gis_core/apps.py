"""Registers the spatial heart."""

from django.apps import AppConfig


class GisCoreConfig(AppConfig):
    name = "gis_core"
