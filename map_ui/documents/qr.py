"""Makes QR codes."""

import base64
from io import BytesIO

import segno


def qr_svg_address(text: str) -> str:
    """A QR code as a `data:` address of an SVG, error correction M, quiet zone of two modules."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, dark="#1D2733", xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode("ascii")
