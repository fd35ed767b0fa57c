"""The day board's drawings: routes on the city's streets, and the time line in the direction of reading."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from layers.models import District
from map_ui import wording
from map_ui.dispatch import words
from map_ui.dispatch.day import DayView, RouteView, StopView
from map_ui.route_signs import outline
from map_ui.street_map import Frame, draw_ground, frame_around, line_path, read_ground, scale_bar

WIDTH, HEIGHT = 1080, 400
BAR_PX_PER_PERCENT, LETTER_PX = 11.4, 6.7
"""Width of the time line at 1440 px in hundredths, and of a letter of its bars."""


@dataclass(frozen=True)
class Picture:
    """A drawn map with its scale."""

    svg: SafeString
    scale: dict


def day_picture(day: DayView, district: District | None) -> Picture | None:
    """The map of a day; None when there is nothing to draw."""
    places = [stop.xy for route in day.routes for stop in route.stops]
    places += [route.start_xy for route in day.routes] + [one.xy for one in day.left_out]
    border = None if district is None else shapely.from_wkb(bytes(district.geometry.wkb))
    if border is not None:
        west, south, east, north = border.bounds
        places += [(west, south), (east, north)]
    if not places:
        return None
    frame = frame_around(places, width=WIDTH, height=HEIGHT, margin_px=14)
    parts = [draw_ground(frame, read_ground(frame, on=day.plan.day)), _border(frame, border)]
    parts += [route_lines(frame, route) for route in day.routes]
    parts += [_home(frame, route) for route in day.routes[:1]]
    parts += [route_stops(frame, route) for route in day.routes]
    svg = format_html(
        '<svg class="street-map" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" role="group"'
        ' aria-labelledby="routes-title">{}</svg>',
        WIDTH,
        HEIGHT,
        mark_safe("".join(parts)),
    )
    return Picture(svg, scale_bar(frame))


def route_lines(frame: Frame, route: RouteView) -> SafeString:
    """The legs of a route in its own line; the way out and the way home thinner."""
    last = len(route.legs) - 1
    return format_html_join(
        "",
        '<path class="rl-halo" d="{0}"/><path class="rl rl-{1}{2}" stroke-dasharray="{3}" d="{0}"/>',
        (
            (
                line_path(frame, leg),
                route.sign.shape,
                " rl-thin" if place in (0, last) else "",
                route.sign.dash or "none",
            )
            for place, leg in enumerate(route.legs)
            if leg
        ),
    )


def route_stops(frame: Frame, route: RouteView) -> SafeString:
    """The stops of a route: hollow when done, ringed when present or late."""
    return format_html_join("", "{}", ((_stop_sign(frame, route, stop),) for stop in reversed(route.stops)))


def timeline(day: DayView) -> dict:
    """
    The time line: hours, the present moment and each route's bars as shares of the width.

    Time runs from right to left on a Persian page and from left to right on an English one.
    """
    starts = [route.shift[0] for route in day.routes] + [
        stop.start_s for route in day.routes for stop in route.stops
    ]
    ends = [route.shift[1] for route in day.routes] + [route.end_s for route in day.routes]
    first = min(starts, default=8 * 3600) // 3600 * 3600
    last = -(-max(ends, default=14 * 3600) // 3600) * 3600
    scale = _Scale(first, max(last, first + 3600))
    return {
        "hours": [
            {"text": words.clock(hour), "x": scale.x(hour)} for hour in range(first + 3600, scale.last, 3600)
        ],
        "now": None
        if day.now_s is None or not first <= day.now_s <= scale.last
        else {"text": words.clock(day.now_s), "x": scale.x(day.now_s)},
        "rows": [
            {
                "route": route,
                "line": _span(scale, route.stops[0].start_s - route.stops[0].travel_s, route.end_s)
                if route.stops
                else None,
                "bars": [_bar(scale, stop) for stop in route.stops],
                "pauses": [_span(scale, start, end) for start, end in route.pauses],
            }
            for route in day.routes
        ],
    }


@dataclass(frozen=True)
class _Scale:
    first: int
    last: int

    def share(self, second: float) -> float:
        return 100.0 * (min(max(second, self.first), self.last) - self.first) / (self.last - self.first)

    def x(self, second: float) -> str:
        """Place of a moment from the left edge, in percent."""
        share = self.share(second)
        return f"{share if wording.language() == 'en' else 100.0 - share:.2f}%"


def _span(scale: _Scale, start: float, end: float) -> dict[str, str]:
    width = scale.share(end) - scale.share(start)
    left = scale.share(start) if wording.language() == "en" else 100.0 - scale.share(end)
    return {"x": f"{left:.2f}%", "w": f"{max(width, 0.4):.2f}%"}


def _bar(scale: _Scale, stop: StopView) -> dict:
    """A visit on the line; a bar too short for its words shows its number (the list has the words)."""
    share = scale.share(stop.leave_s) - scale.share(stop.start_s)
    title = f"{stop.position} ✓ {stop.service}"
    return {
        "stop": stop,
        "roomy": share * BAR_PX_PER_PERCENT > len(title) * LETTER_PX,
        "fair": share * BAR_PX_PER_PERCENT > 11 * LETTER_PX,
        **_span(scale, stop.start_s, stop.leave_s),
    }


def _stop_sign(frame: Frame, route: RouteView, stop: StopView) -> SafeString:
    x, y = frame.px(stop.xy)[0]
    ring = ""
    if stop.state in ("now", "late"):
        ring = format_html('<circle class="ring ring-{}" r="20"/>', stop.state)
    return format_html(
        '<a href="#visit-{}"><title>{}</title><g class="rs rs-{} rs-{}" transform="translate({} {})">'
        '{}<path d="{}"/><text y="5">{}</text></g></a>',
        stop.visit_id,
        stop.title,
        route.sign.shape,
        stop.state,
        x,
        y,
        ring,
        outline(route.sign.shape),
        route.sign.label(stop.position),
    )


def _home(frame: Frame, route: RouteView) -> SafeString:
    x, y = frame.px(route.start_xy)[0]
    return format_html(
        '<g class="home" transform="translate({} {})"><rect x="-13" y="-13" width="26" height="26" rx="3"/>'
        '<path d="M-6.500 5.500V-1L0 -6.500L6.500 -1V5.500Z"/></g>',
        x,
        y,
    )


def _border(frame: Frame, border: shapely.Geometry | None) -> SafeString:
    """The district's border, and a paper veil over what is not in it."""
    if border is None:
        return mark_safe("")
    rings: Sequence = [part.exterior for part in shapely.get_parts(border) if part.geom_type == "Polygon"]
    path = "".join(line_path(frame, shapely.get_coordinates(ring)) + "Z" for ring in rings)
    return format_html(
        '<path class="sm-veil" d="M0 0H{}V{}H0Z{}"/><path class="sm-district" d="{}"/>',
        frame.width,
        frame.height,
        path,
        path,
    )
