"""Keeps pytest from importing what only the peer's own environment can."""

collect_ignore = ["peer.py"]
