"""Tags of the pages: the city, the masthead, the other language, numbers and days as people read them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import get_language

from layers.models import LayerVersion
from map_ui import navigation, shapes, wording
from map_ui.drawing.held import overlay_role
from map_ui.zone_families import family_of

register = template.Library()


@register.simple_tag
def city_name() -> str:
    """The city's name in the language of the page."""
    return settings.CITY.name_en if get_language() == "en" else settings.CITY.name_fa


@register.simple_tag
def city_is_official() -> bool:
    """Whether the city itself answers here; where it does not, every page says so."""
    return settings.CITY.official


@register.simple_tag
def search_hint() -> str:
    """What a parcel is found by in this city: an address, or one of its identifiers."""
    return wording.search_hint(settings.CITY.identifiers)


@register.simple_tag(takes_context=True)
def navigation_items(context: dict[str, Any]) -> list[navigation.Item]:
    """Entries of the masthead for this person."""
    return navigation.items(context["request"]) if "request" in context else []


register.simple_tag(navigation_items, takes_context=True, name="navigation")


@register.simple_tag(takes_context=True)
def sign_in(context: dict[str, Any]) -> navigation.Item | None:
    """The way in or out."""
    return navigation.door(context["request"]) if "request" in context else None


@register.simple_tag(takes_context=True)
def other_language_url(context: dict[str, Any]) -> str:
    """Address that shows this same page in the other language."""
    other = "fa" if get_language() == "en" else "en"
    here = context["request"].get_full_path() if "request" in context else "/"
    return f"{reverse('set-language', args=[other])}?{urlencode({'next': here})}"


@register.inclusion_tag("people/field.html")
def field(bound: BoundField, hint: str = "", id: str = "") -> dict[str, Any]:
    """A labelled form field; all but a person's name is written from left to right."""
    attributes = {"class": "form-control field", "aria-required": "true"}
    if bound.name != "full_name":
        attributes["dir"] = "ltr"
    if id:
        attributes["id"] = id
    return {
        "field": bound,
        "hint": hint,
        "id": id or bound.id_for_label,
        "widget": bound.as_widget(attrs=attributes),
    }


@register.filter
def digits(value: Any) -> str:
    """Digits of the language of the page."""
    return wording.digits(str(value))


@register.filter
def edition(version: LayerVersion) -> str:
    """What an edition of a layer is called; one that bears its layer's name, in the page's language."""
    layer = version.layer
    if version.title in (layer.title_fa, layer.title_en):
        return wording.in_language(layer.title_fa, layer.title_en)
    return version.title


@register.filter
def listed(values: Iterable[Any]) -> str:
    """Several as one phrase of the page's language: «الف، ب و پ»."""
    return wording.listed([str(value) for value in values])


@register.filter
def zone_family(code: str) -> str:
    """The family of colours that a zone has on the map."""
    return family_of(code)


@register.filter
def lights(key: str, shown: tuple[str, ...] = ()) -> str:
    """The drawn shapes that a number or a listed thing is about, by their roles."""
    overlay = overlay_role(key)
    return " ".join((*shapes.LIGHTS.get(key, ()), *((overlay,) if overlay in shown else ())))


@register.filter
def shape_of(key: str, shown: tuple[str, ...]) -> str:
    """The role of the shape of the plan whose measure or name this is; empty when none is shown."""
    roles = [role for role, told in shapes.TOLD_BY.items() if key in told]
    return next((role for role in (*roles, overlay_role(key)) if role in shown), "")


@register.filter
def mark_of(key: str, shown: tuple[str, ...]) -> str:
    """The mark that a number or a listed thing shares with its shape of the plan; empty without a shape."""
    role = shape_of(key, shown)
    return str(shown.index(role) + 1) if role else ""


@register.filter
def address(value: Any) -> str:
    """An address in the digits of the page; one that is not Persian stays as it is, from left to right."""
    return wording.address(str(value))


@register.filter
def amount(value: Any, decimals: int | None = None) -> str:
    """A number with its thousands parted, in the digits of the page."""
    return "" if value is None else wording.number(value, decimals)


@register.filter
def day(value: date | None) -> str:
    """A day as it is written in this city's calendar, with its weekday."""
    return "" if value is None else wording.day(value)


@register.filter
def named_findings(keys: list[str]) -> str:
    """The names of findings in the words of the page, one after the other."""
    return wording.listed([wording.finding_name(key) for key in keys])
