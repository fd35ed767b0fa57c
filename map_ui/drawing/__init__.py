"""Draws a parcel as SVG on the server: its plan, and the building that may stand on it, raised."""
