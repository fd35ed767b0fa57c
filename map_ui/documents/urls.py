"""Addresses of papers; `/v/<code>` is what the QR code of a paper leads to."""

from django.urls import path

from map_ui.documents import views

urlpatterns = [
    path("v/", views.verify_typed, name="verify-typed"),
    path("v/<str:code>", views.verify, name="verify"),
    path("v/<str:code>/paper.pdf", views.paper, name="paper"),
    path("v/<str:code>/extract.pdf", views.issued_extract, name="paper-extract"),
    path("v/<str:code>/evaluation.json", views.evaluation, name="paper-evaluation"),
    path("parcels/<str:key>/estimate.pdf", views.estimate, name="estimate-paper"),
    path("parcels/<str:key>/frontage.pdf", views.frontage, name="frontage-paper"),
    path("parcels/<str:key>/extract.pdf", views.live_extract, name="parcel-extract"),
    path("parcels/<str:key>/plan.dxf", views.drawing, {"form": "dxf"}, name="parcel-dxf"),
    path("parcels/<str:key>/plan.gpkg", views.drawing, {"form": "gpkg"}, name="parcel-geopackage"),
]
