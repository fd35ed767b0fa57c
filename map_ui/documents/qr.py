"""Makes QR codes."""

import base64
from itertools import groupby

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

_QUIET_ZONE = 2


def qr_svg_address(text: str) -> str:
    """A QR code as a `data:` address of an SVG, error correction M, quiet zone of two modules."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(_bars(row, y) for y, row in enumerate(rows))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}">'
        f'<path d="{path}" fill="#1D2733" shape-rendering="crispEdges"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _bars(row: list[bool], y: int) -> str:
    """Each run of dark modules of a row as one bar."""
    bars, x = [], 0
    for dark, run in groupby(row):
        width = len(list(run))
        if dark:
            bars.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(bars)
