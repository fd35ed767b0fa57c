"""Addresses of the pages."""

from django.urls import include, path

from map_ui import pages, tiles

urlpatterns: list = [
    # What is asked for most comes first; addresses are tried one after the other.
    path("tiles/catalog.json", tiles.catalogue, name="tile-catalog"),
    path("tiles/<slug:layer>/<str:version>/<int:z>/<int:x>/<int:y>.mvt", tiles.tile, name="tile"),
    path("api/", include("map_ui.api.urls")),
    path("", pages.home, name="home"),
    path("parcels/at", pages.parcels_at, name="parcels-at"),
    path("parcels/<str:key>/", pages.parcel_page, name="parcel"),
    path("parcels/<str:key>/sheet", pages.parcel_sheet, name="parcel-sheet"),
    path("search", pages.search, name="search"),
    path("language/<str:code>", pages.language, name="set-language"),
    path("", include("map_ui.proposals.urls")),
    path("", include("map_ui.parcelling.urls")),
    path("", include("map_ui.people.urls")),
    path("", include("map_ui.requests.urls")),
    path("", include("map_ui.desks.urls")),
    path("", include("map_ui.offices.urls")),
    path("", include("map_ui.dispatch.urls")),
    path("", include("map_ui.inspector.urls")),
    path("", include("map_ui.planner.urls")),
    path("", include("map_ui.documents.urls")),
]
