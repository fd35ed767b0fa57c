"""The lock of a running `./pelak up`: who serves from this checkout, and at which address."""

from gis_core.cli.locks import Held
from gis_core.cli.places import Places


def up_lock(places: Places) -> Held:
    """The lock, not yet taken; its note is JSON with `process` and `url`."""
    return Held(places.state / "up.lock")
