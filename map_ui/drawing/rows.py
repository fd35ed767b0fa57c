"""Ties each drawn shape to the number that measures it: by link, by role, and by what is said of it."""

from dataclasses import dataclass

from django.utils.html import escape

from map_ui.drawing.view import View


@dataclass(frozen=True)
class Row:
    """
    The row of a page that tells a shape's measure: its id, and the measure in words.

    `mark` is the number by which style alone, without script, knows that shape and row belong together.
    """

    id: str
    label: str
    mark: int = 0


def shape_group(role: str, marks: str, row: Row | None) -> str:
    """The marks of one role; with a row, a link to it that the keyboard reaches."""
    if row is None:
        return f'<g class="d-shape" data-role="{role}">{marks}</g>'
    name = "" if "<text" in marks else f' aria-label="{escape(row.label)}"'
    return (
        f'<a class="d-shape" data-role="{role}" href="#{escape(row.id)}" data-mark="{row.mark}"{name}>'
        f"{marks}</a>"
    )


def callout(role: str, at: tuple[float, float], view: View, row: Row) -> str:
    """What is said of a shape, at a place (px) in the drawing; it is seen while the shape is lit."""
    x, y = at
    x = min(max(x, 90.0), view.width - 90.0)
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="d-callout d-callout-{role}" '
        f'data-callout="{role}" data-mark="{row.mark}" '
        f'text-anchor="middle" dominant-baseline="central" aria-hidden="true">{escape(row.label)}</text>'
    )
