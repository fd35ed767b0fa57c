"""Addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from map_ui.api import docs, offices, parcelling, parcels, proposals, requests, services, visits, zoning

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs.page, name="docs"),
    path("parcels/", parcels.search, name="parcels-search"),
    path("parcels/at/", parcels.at, name="parcels-at"),
    path("parcels/<str:key>/evaluation/", parcels.evaluation, name="parcel-evaluation"),
    path("parcels/<str:key>/costs/", parcels.costs, name="parcel-costs"),
    path("parcels/<str:key>/proposal/", proposals.proposal, name="parcel-proposal"),
    path("parcels/<str:key>/subdivision/", parcelling.subdivision, name="parcel-subdivision"),
    path("parcels/<str:key>/consolidation/", parcelling.consolidation, name="parcel-consolidation"),
    path("services/", services.services, name="services"),
    path("requests/", requests.file, name="request-file"),
    path("requests/<str:code>/", requests.track, name="request-track"),
    path("zoning/versions/", zoning.versions, name="zoning-versions"),
    path("zoning/zones/", zoning.zones, name="zoning-zones"),
    path("days/<str:district>/<str:day>/", visits.district_day, name="district-day"),
    path("days/<str:district>/<str:day>/send/", visits.send_day, name="district-day-send"),
    path("visits/mine/", visits.mine, name="visits-mine"),
    path("visits/<int:visit_id>/report/", visits.report, name="visit-report"),
    path("offices/nearest/", offices.nearest, name="offices-nearest"),
]
