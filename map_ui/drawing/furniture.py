# ruff: noqa: E501 (lines of SVG)
"""Scale bar and north arrow of a plan."""

from django.utils.html import escape
from django.utils.translation import gettext as _

from map_ui import wording
from map_ui.drawing.labels import Box
from map_ui.drawing.view import View


def places(width: int, height: int) -> list[Box]:
    """The boxes (px) that scale bar and north arrow take."""
    return [(16, height - 44, 150, height - 8), (width - 46, 8, width - 14, 66)]


def scale_bar(view: View, height: int) -> str:
    """A bar of a round number of metres, at the foot of a picture so many px high."""
    metres = next((step for step in (5, 10, 20, 50, 100, 200) if step * view.px_per_m >= 60), 200)
    length, y = metres * view.px_per_m, height - 20
    text = f"\u2068{wording.number(metres)} {_('metres')}\u2069"  # an island: the number comes first in Persian, too
    half = length / 2
    return (
        f'<g class="d-scale"><rect x="16" y="{y - 24}" width="{length + 16:.1f}" height="36" rx="4" class="d-panel"/>'
        f'<rect x="24" y="{y}" width="{length:.1f}" height="6" class="d-bar"/>'
        f'<rect x="24" y="{y}" width="{half:.1f}" height="6" class="d-bar-dark"/>'
        f'<text x="{24 + half:.1f}" y="{y - 8}" text-anchor="middle" class="d-small">{escape(text)}</text></g>'
    )


def north(width: int) -> str:
    """The arrow that points north, at the upper right."""
    x = width - 30
    return (
        f'<g class="d-north"><path d="M{x} 14l9 30-9-7-9 7z" class="d-bar"/><path d="M{x} 14l9 30-9-7z" class="d-bar-dark"/>'
        f'<text x="{x}" y="60" text-anchor="middle" class="d-small">{escape(_("N"))}</text></g>'
    )
