"""Addresses of the inspector's pages."""

urlpatterns: list = []
