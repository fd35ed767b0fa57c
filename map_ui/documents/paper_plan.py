"""Prepares a drawn plan for paper: colours inside it, and its texts laid over it as words."""

import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# The PDF maker draws SVG text letter by letter, which tears Persian words apart: so texts become HTML.
_TEXT = re.compile(r"<text([^>]*)>([^<]*)</text>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_MOVED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)(?: rotate\(([-\d.]+)\))?")
_ACROSS = {"start": "0", "middle": "-50%", "end": "-100%"}
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


def for_paper(plan: str, width_mm: float) -> SafeString:
    """A drawn plan (`map_ui.drawing.plan`) as it goes on paper, so many millimetres wide."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', plan)
    if box is None:
        return mark_safe("")
    mm = width_mm / float(box.group(1))
    style = f"<style>{render_to_string('documents/plan.css')}</style>"
    picture = _TEXT.sub("", plan).replace(">", f">{style}", 1)
    words = "".join(_span(one, mm) for one in texts(plan))
    size = f"width:{width_mm:.2f}mm;height:{mm * float(box.group(2)):.2f}mm"
    return mark_safe(f'<div class="sheet-plan" style="{size}">{picture}{words}</div>')


def texts(plan: str) -> list[Words]:
    """The texts of a drawn plan with their places."""
    return [_words(attributes, text) for attributes, text in _TEXT.findall(plan)]


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
