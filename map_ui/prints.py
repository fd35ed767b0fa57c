"""Maps that travel as one file: an inspector's day sheet, drawn with folium and opened without a network."""

import base64
import re
from pathlib import Path

import folium
import numpy as np
import shapely
from branca.element import Element
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from gis_core import crs
from layers.network.models import StreetSegment
from map_ui import wording
from map_ui.dispatch import words
from map_ui.dispatch.day import DayView, RouteView, StopView, title_of_day
from map_ui.route_signs import COLOURS, sign_svg
from map_ui.street_map import Frame, frame_around, read_ground

BUILT = Path(__file__).resolve().parent / "static" / "built"
STREET_PX = {"expressway": 7, "arterial": 6, "collector": 4.5, "local": 3}
LEAFLET, LIST = "<!-- leaflet -->", "<!-- list -->"
REMOTE = re.compile(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//|url\(\s*[\"']?(?:https?:)?//", re.IGNORECASE)


class _OwnMap(folium.Map):
    """folium's map without the scripts and styles that it would fetch from elsewhere."""

    default_js: list = []
    default_css: list = []


def day_sheet(day: DayView, route: RouteView) -> str:
    """
    One inspector's day as one HTML file: the stops as a list, and the way on the streets.

    Everything it needs is inside: Leaflet, the font, the streets round the route. It fetches nothing.

    Raises
    ------
    FileNotFoundError
        When the front end was not built: Leaflet is taken from there.
    """
    places = [xy for leg in route.legs for xy in leg] or [route.start_xy]
    places += [stop.xy for stop in route.stops]
    frame = frame_around(places, width=800, height=600, margin_px=60)
    west, south, east, north = _lonlat_box(frame)
    drawn = _OwnMap(tiles=None, zoom_control=True, attribution_control=False, zoom_snap=0.25)
    drawn.fit_bounds([[south, west], [north, east]])
    _lay_streets(drawn, frame, day)
    _lay_route(drawn, route)
    root = drawn.get_root()
    root.html.add_child(Element(LIST))
    root.header.add_child(Element(LEAFLET))
    html = root.render()
    return _self_contained(html, _words(day, route))


def _words(day: DayView, route: RouteView) -> str:
    """The part of the sheet that is read: whose day, which stops, when and where."""
    return render_to_string(
        "dispatch/day_sheet_words.html",
        {
            "route": route,
            "day_title": title_of_day(day.plan.day),
            "city_name": wording.in_language(settings.CITY.name_fa, settings.CITY.name_en),
            "sign": sign_svg(route.sign, size=30),
            "stops": [
                (stop, _numbered(route, stop), words.way_minutes(stop.travel_s)) for stop in route.stops
            ],
            "ends": words.clock(route.end_s),
        },
    )


def _numbered(route: RouteView, stop: StopView) -> str:
    return sign_svg(route.sign, route.sign.label(stop.position), state=stop.state, size=32)


def _lay_streets(drawn: folium.Map, frame: Frame, day: DayView) -> None:
    """The streets round the route as white lines on their casings, and water and green under them."""
    ground = read_ground(frame, on=day.plan.day)
    for kind, colour in (("water", "#bcdce1"), ("park", "#dde9d2")):
        shapes = [shape for cover, shape in ground.covers if cover == kind]
        if shapes:
            style = {"fillColor": colour, "fillOpacity": 1, "stroke": False, "interactive": False}
            folium.GeoJson(_geojson(shapes), style_function=lambda _, style=style: style).add_to(drawn)
    for extra, colour in ((2, "#c6bdad"), (0, "#ffffff")):
        for street_class in StreetSegment.StreetClass.values:
            lines = [line for kind, _, _, line in ground.streets if kind == street_class]
            if lines:
                weight = STREET_PX.get(street_class, 2) + extra
                style = {"color": colour, "weight": weight, "opacity": 1, "interactive": False}
                layer = folium.GeoJson(
                    _geojson(lines), style_function=lambda _, style=style: style, smooth_factor=0.5
                )
                layer.add_to(drawn)


def _lay_route(drawn: folium.Map, route: RouteView) -> None:
    for leg in route.legs:
        if leg:
            folium.PolyLine(
                _latlon(leg), color=COLOURS[route.sign.shape], weight=4, dash_array=route.sign.dash or None
            ).add_to(drawn)
    folium.Marker(_latlon([route.start_xy])[0], icon=folium.DivIcon(html='<i class="home"></i>')).add_to(
        drawn
    )
    for stop in route.stops:
        icon = folium.DivIcon(html=str(_numbered(route, stop)), icon_size=(32, 32), icon_anchor=(16, 16))
        label = _(", ").join((wording.digits(str(stop.position)), stop.title))
        folium.Marker(_latlon([stop.xy])[0], icon=icon, tooltip=label).add_to(drawn)


def _self_contained(html: str, words_html: str) -> str:
    """
    Put Leaflet, the font and the styles into the file, and refuse one that would still fetch something.

    Raises
    ------
    ValueError
        When the file would fetch anything from elsewhere.
    """
    font = base64.b64encode((BUILT / "vazirmatn.woff2").read_bytes()).decode()
    styles = (BUILT / "leaflet.css").read_text(encoding="utf-8")
    own = render_to_string("dispatch/day_sheet.css", {"font": font})
    script = (BUILT / "leaflet.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
    # folium lays each marker with Leaflet's own picture before it sets ours: a request for a file nobody has
    no_picture = "L.Marker.prototype.options.icon = L.divIcon();"
    head = f"<style>{styles}\n{own}</style><script>{script}</script><script>{no_picture}</script>"
    language = wording.language()
    direction = "ltr" if language == "en" else "rtl"
    html = html.replace(LEAFLET, head).replace(LIST, words_html)
    html = re.sub(r"<html[^>]*>", f'<html lang="{language}" dir="{direction}">', html, count=1)
    fetched = REMOTE.search(html.replace(script, ""))
    if fetched:
        raise ValueError(
            f"The day sheet would fetch something: {html[fetched.start() : fetched.start() + 80]}"
        )
    return html


def _geojson(shapes: list) -> dict:
    there = crs.transform(np.array(shapes, dtype=object), crs.metric_srid(), crs.LONLAT)
    rounded = shapely.transform(there, lambda xy: xy.round(6))
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
            for shape in rounded
        ],
    }


def _latlon(places) -> list[tuple[float, float]]:
    points = np.asarray(places, dtype=float).reshape(-1, 2)
    lon, lat = crs.to_lonlat(points[:, 0], points[:, 1])
    return [(round(float(y), 6), round(float(x), 6)) for x, y in zip(lon, lat, strict=True)]


def _lonlat_box(frame: Frame) -> tuple[float, float, float, float]:
    west, south, east, north = frame.box
    lon, lat = crs.to_lonlat(np.array([west, east]), np.array([south, north]))
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])
