"""Prepares a drawn plan for paper: colours inside it, and its texts laid over it as words."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from shapely.geometry import shape

from map_ui import shapes, wording

# The PDF maker draws SVG text letter by letter, which tears Persian words apart: so texts become HTML.
_TEXT = re.compile(r"<text([^>]*)>([^<]*)</text>")
_PROPERTY = re.compile(r"var\(--[\w-]+, ([^()]+)\)")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_MOVED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)(?: rotate\(([-\d.]+)\))?")
_ACROSS = {"start": "0", "middle": "-50%", "end": "-100%"}
_LETTERS = {
    "fa": ("الف", "ب", "پ", "ت", "ث", "ج", "چ", "ح", "خ", "د", "ذ", "ر", "ز", "ژ", "س"),
    "en": tuple("ABCDEFGHIJKLMNO"),
}
_SIDE_PX, _CORNER_PX = 11.0, 10.0
# Where the baseline lies in a line of text one em high.
_BASELINE = "-78%"


@dataclass(frozen=True)
class Words:
    """A text on the plan: its place in px of the drawing, how it stands there, and its class."""

    text: str
    x: float
    y: float
    turned_deg: float
    across: str
    up: str
    css: str


def for_paper(plan: str, width_mm: float, document: Mapping[str, Any] | None = None) -> SafeString:
    """
    A drawn plan (`map_ui.drawing.plan`) as it goes on paper, so many millimetres wide.

    With the evaluation document, its sides get the letters and its net corners the numbers by which
    the tables of the paper call them.
    """
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', plan)
    if box is None:
        return mark_safe("")
    mm = width_mm / float(box.group(1))
    picture = _TEXT.sub("", plan).replace(">", f">{_style()}", 1)
    called = [] if document is None else [*side_marks(document, plan), *corner_marks(document, plan)]
    words = "".join(_span(one, mm) for one in (*texts(plan), *called))
    size = f"width:{width_mm:.2f}mm;height:{mm * float(box.group(2)):.2f}mm"
    return mark_safe(f'<div class="sheet-plan" style="{size}">{picture}{words}</div>')


@cache
def _style() -> str:
    """
    The signs of the plan: those of the screen, with what is drawn otherwise on paper.

    The PDF maker knows no custom properties in drawings: each takes the value of a shape that is not lit.
    """
    found = finders.find("pelak/drawing.css")
    if found is None:
        raise FileNotFoundError("pelak/drawing.css")
    signs = _PROPERTY.sub(r"\1", Path(found).read_text(encoding="utf-8"))
    return f"<style>{signs}{render_to_string('documents/plan.css')}</style>"


def side_letter(number: int) -> str:
    """What the side of that place in the ring (from 0) is called: «الف», «ب» …, in English A, B …"""
    letters = _LETTERS[wording.language()]
    return letters[number] if number < len(letters) else wording.number(number + 1)


def net_corners(document: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Corners of the net parcel (without one: of the parcel) in the metric CRS, in the order of its rings."""
    drawn = shapes.geometries(document)
    net = drawn.get("net", drawn.get("parcel"))
    return [] if net is None else [(x, y) for ring in shapes.rings(net) for x, y in ring[:-1].tolist()]


def texts(plan: str) -> list[Words]:
    """The texts of a drawn plan with their places."""
    return [_words(attributes, text) for attributes, text in _TEXT.findall(plan)]


def side_marks(document: Mapping[str, Any], plan: str) -> list[Words]:
    """A letter inside each side of the parcel, at its middle."""
    to_px, inside = _frame(document, plan)
    marks = []
    for number, edge in enumerate(document["edges"]):
        if not edge.get("geometry"):
            continue
        x, y = to_px(shapely.get_coordinates(shape(edge["geometry"]).interpolate(0.5, normalized=True))[0])
        marks.append(_mark(side_letter(number), x, y, inside, _SIDE_PX, "d-side"))
    return marks


def corner_marks(document: Mapping[str, Any], plan: str) -> list[Words]:
    """A number outside each corner of the net parcel."""
    to_px, inside = _frame(document, plan)
    return [
        _mark(wording.number(number), *to_px(np.array(point)), inside, -_CORNER_PX, "d-corner")
        for number, point in enumerate(net_corners(document), start=1)
    ]


def _frame(document: Mapping[str, Any], plan: str) -> tuple[Callable[[Any], Any], Any]:
    """Metres on the ground to px of the plan, found from the parcel drawn in it; and its inner point."""
    parcel = shapes.geometries(document)["parcel"]
    drawn = re.search(r'<path d="([^"]+)" class="d-parcel-line"', plan)
    if drawn is None:
        raise ValueError("The plan shows no parcel.")
    px = np.array([float(part) for part in re.findall(r"-?[\d.]+", drawn.group(1))]).reshape(-1, 2)
    west, _south, east, north = parcel.bounds
    scale = (px[:, 0].max() - px[:, 0].min()) / (east - west)
    corner = np.array([px[:, 0].min(), px[:, 1].min()])

    def to_px(point: Any) -> Any:
        return corner + (point - np.array([west, north])) * (scale, -scale)

    return to_px, to_px(shapely.get_coordinates(parcel.representative_point())[0])


def _mark(text: str, x: float, y: float, inside: Any, px: float, css: str) -> Words:
    """A mark so many px nearer to the inner point (or, negative, away from it)."""
    far = math.dist((x, y), inside) or 1.0
    return Words(
        text, x + (inside[0] - x) / far * px, y + (inside[1] - y) / far * px, 0.0, "-50%", "-50%", css
    )


def _words(attributes: str, text: str) -> Words:
    given = dict(_ATTRIBUTE.findall(attributes))
    moved = _MOVED.search(given.get("transform", ""))
    x, y, turned = (float(part or 0) for part in moved.groups()) if moved else (0.0, 0.0, 0.0)
    css = given.get("class", "")
    anchor = given.get("text-anchor", "middle" if css == "d-number" else "start")
    return Words(
        text=text,
        x=x + float(given.get("x", 0)),
        y=y + float(given.get("y", 0)),
        turned_deg=turned,
        across=_ACROSS[anchor],
        up="-50%" if given.get("dominant-baseline") == "central" else _BASELINE,
        css=css,
    )


def _span(words: Words, mm: float) -> str:
    return format_html(
        '<span class="{}" style="left:{}mm;top:{}mm;transform:translate({},{}) rotate({}deg)">{}</span>',
        words.css,
        f"{words.x * mm:.2f}",
        f"{words.y * mm:.2f}",
        words.across,
        words.up,
        f"{words.turned_deg:.1f}",
        mark_safe(words.text),
    )
