"""Who owns the lots of the invented city: well-formed national codes of nobody, the same for each seed."""

from random import Random

import numpy as np
import pandas as pd
from django.conf import settings

from gis_core.personal_data import blind_index
from import_scripts.demo_city import invented
from import_scripts.demo_city import reference as ref

NOT_KNOWN = 0.04
"""Share of files that do not say whose the property is."""
SHARED_BY = (1, 1, 1, 1, 2, 2, 3)
"""How many people own a lot: one of these, each as often."""
LOTS_OF_THE_CITIZEN = 6


def owners_of(lineage: object) -> list[str]:
    """National codes of the owners of a lot, on record or not."""
    chance = Random(f"owners of {lineage}")
    return [invented.national_code(chance) for _ in range(chance.choice(SHARED_BY))]


def citizen_code() -> str:
    """National code of the citizen among the demo accounts, as the city's description says."""
    return settings.CITY.policies["demo_citizen"]["national_code"]


def on_record(lots: pd.DataFrame, rng: np.random.Generator) -> list[list[str] | None]:
    """
    What the file of each of these lots says of its owners: blind indexes, or None where it does not say.

    The citizen of the demo accounts owns the reference lot and those nearest to it by number.
    """
    unknown = rng.random(len(lots)) < NOT_KNOWN
    owners = [
        None if skipped else sorted(map(blind_index, owners_of(lineage)))
        for lineage, skipped in zip(lots["lineage"], unknown, strict=True)
    ]
    for row in _nearest_to_the_reference(lots):
        owners[row] = [blind_index(citizen_code())]
    return owners


def _nearest_to_the_reference(lots: pd.DataFrame) -> list[int]:
    apart = (
        (lots["district"].astype(int) - ref.DISTRICT).abs() * 1e9
        + (lots["sub_district"].astype(int) - ref.SUB_DISTRICT).abs() * 1e6
        + (lots["block"].astype(int) - ref.BLOCK).abs() * 1e3
        + (lots["house"].astype(int) - ref.HOUSE).abs()
    )
    return np.argsort(apart.to_numpy(), kind="stable")[:LOTS_OF_THE_CITIZEN].tolist()
