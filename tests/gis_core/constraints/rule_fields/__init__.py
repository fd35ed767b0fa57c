"""Cases of rule fields: two values of each parameter, and what of an answer differs by them."""

from tests.gis_core.constraints.rule_fields import building, density, land, overlays

CASES = [*land.CASES, *density.CASES, *building.CASES, *overlays.CASES]
