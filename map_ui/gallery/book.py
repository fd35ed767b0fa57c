"""Writes the gallery: a book and a contact sheet in each language, and the styles they need."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from gis_core.constraints import ENGINE_VERSION
from map_ui.answers import Answer, answer
from map_ui.gallery.kinds import KINDS

_STYLES = (
    "built/bootstrap.rtl.min.css",
    "built/bootstrap.min.css",
    "built/vazirmatn.woff2",
    "pelak/pelak.css",
    "pelak/sheet.css",
    "pelak/drawing.css",
    "pelak/gallery.css",
)
#: The book tells each lot whole, the contact sheet shows all of them at a glance.
_PAGES = {"index": "gallery/book.html", "contact": "gallery/contact.html"}


@dataclass(frozen=True)
class Leaf:
    """One lot of the book: the kind that it shows, and its whole answer."""

    kind: str
    title: str
    answer: Answer


def leaves(found: Mapping[str, str], *, on: date) -> list[Leaf]:
    """The lots that were found for the kinds, evaluated and drawn in the language of the moment."""
    return [
        Leaf(kind.key, _(kind.title), answer(found[kind.key], on=on, today=on, with_plan=True))
        for kind in KINDS
        if kind.key in found
    ]


def write(folder: Path, found: Mapping[str, str], *, on: date) -> list[Path]:
    """Write `index.<language>.html` and `contact.<language>.html` for each language, with their styles."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _STYLES:
        source = finders.find(name)
        if source:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source, folder / name)
    pages = []
    for language in settings.CITY.languages:
        with translation.override(language):
            context = _context(found, on)
            for name, template in _PAGES.items():
                page = folder / f"{name}.{language}.html"
                page.write_text(render_to_string(template, context), encoding="utf-8")
                pages.append(page)
    return pages


def _context(found: Mapping[str, str], on: date) -> dict[str, Any]:
    return {
        "leaves": leaves(found, on=on),
        "missing": [_(kind.title) for kind in KINDS if kind.key not in found],
        "city": settings.CITY,
        "on": on,
        "engine": ENGINE_VERSION,
    }
