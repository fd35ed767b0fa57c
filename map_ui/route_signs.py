"""How a day's routes are told apart: by shape, line and letter first, by colour last; alike on every page."""

import math
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from map_ui import wording

LETTERS_FA = ["الف", "ب", "ج", "د", "ه", "و", "ز", "ح", "ط", "ی", "ک", "ل", "م", "ن"]
LETTERS_EN = list("ABCDEFGHIJKLMN")


@dataclass(frozen=True)
class RouteSign:
    """
    The sign of one route: its shape (also the name of its classes), its letter and its dashes.

    `told_by_letter`: an earlier route has the same shape, so the letter stands beside each number.
    """

    shape: str
    letter: str
    dash: str
    told_by_letter: bool = False

    def label(self, position: int) -> str:
        """What stands in the sign of a stop: «۳», or «ز۳» where the letter must tell."""
        return (self.letter if self.told_by_letter else "") + wording.digits(str(position))


COLOURS = {
    "circle": "#1f3a5f",
    "square": "#0b6e78",
    "diamond": "#7a3e6d",
    "hexagon": "#8a5a00",
    "triangle": "#3b5d2c",
    "pentagon": "#4a5560",
}

_SHAPES = (
    ("circle", ""),
    ("square", "9 5"),
    ("diamond", "2 5"),
    ("hexagon", "12 4 2 4"),
    ("triangle", "4 4"),
    ("pentagon", "16 5 4 5 4 5"),
)


def route_sign(number: int) -> RouteSign:
    """
    The sign of the route at that place of the plan, from 0; after six shapes only the letter goes on.

    Examples
    --------
    >>> [route_sign(n).shape for n in (0, 1, 6)]
    ['circle', 'square', 'circle']
    """
    shape, dash = _SHAPES[number % len(_SHAPES)]
    letters = LETTERS_EN if wording.language() == "en" else LETTERS_FA
    return RouteSign(shape, letters[number % len(letters)], dash, number >= len(_SHAPES))


def outline(shape: str, radius: float = 13.0) -> str:
    """The points of a sign's shape round (0, 0), as a path; a circle is two arcs."""
    if shape == "circle":
        half = f"a{radius:g} {radius:g} 0 1 0 "
        return f"M{-radius:g} 0{half}{2 * radius:g} 0{half}{-2 * radius:g} 0Z"
    corners = {
        "square": (4, 45.0, 1.25),
        "diamond": (4, 0.0, 1.25),
        "hexagon": (6, 0.0, 1.12),
        "triangle": (3, -90.0, 1.4),
        "pentagon": (5, -90.0, 1.18),
    }
    count, turn, larger = corners[shape]
    points = [
        (
            radius * larger * math.cos(math.radians(turn + 360 * corner / count)),
            radius * larger * math.sin(math.radians(turn + 360 * corner / count)),
        )
        for corner in range(count)
    ]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def sign_svg(sign: RouteSign, label: str = "", *, state: str = "coming", size: int = 28) -> SafeString:
    """A sign as a small picture of its own, for lists and legends; `state` is coming, now, done or late."""
    return format_html(
        '<svg class="rs rs-{} rs-{}" viewBox="-18 -18 36 36" width="{}" height="{}" aria-hidden="true">'
        '<path d="{}"/><text y="5">{}</text></svg>',
        sign.shape,
        state,
        size,
        size,
        outline(sign.shape),
        label,
    )
