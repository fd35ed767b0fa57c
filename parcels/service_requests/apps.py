"""Registers the app `parcels.service_requests`."""

from django.apps import AppConfig


class ServiceRequestsConfig(AppConfig):
    name = "parcels.service_requests"
    label = "service_requests"
