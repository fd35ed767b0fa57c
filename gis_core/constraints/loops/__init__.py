"""Loops over corners: written in Python, compiled at set-up, and the same answer either way."""
