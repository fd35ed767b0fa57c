"""Registers the app `layers.network`."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "layers.network"
    label = "network"
