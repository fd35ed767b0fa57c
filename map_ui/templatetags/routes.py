"""Tags that draw the signs of a day's routes."""

from django import template
from django.utils.safestring import SafeString

from map_ui.dispatch.day import RouteView, StopView
from map_ui.route_signs import sign_svg

register = template.Library()


@register.simple_tag
def sign(route: RouteView) -> SafeString:
    """The sign of a route, for legends and names."""
    return sign_svg(route.sign)


@register.simple_tag
def sign_numbered(route: RouteView, stop: StopView) -> SafeString:
    """The sign of a route with the number of a stop, in the stop's state."""
    return sign_svg(route.sign, route.sign.label(stop.position), state=stop.state, size=34)
