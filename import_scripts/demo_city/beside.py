"""What a process beside the simulated year is sent, and does: an evaluation, without Django or a database."""

import pickle
from dataclasses import dataclass, replace
from functools import lru_cache

from gis_core.constraints.inputs import Inputs
from gis_core.constraints.kept import Kept
from gis_core.constraints.rules import RuleSet
from parcels.writing_down import WrittenDown, write_down

_PACKED = Kept(most=8)


@dataclass(frozen=True)
class Packed:
    """
    What an evaluation is made of, ready to be sent, and which version of a parcel it is for.

    `standing` holds the rules and layers, which are the same for many lots: who gets them again knows them.
    """

    own: Inputs
    standing: bytes
    lineage: str
    version: int


def packed(inputs: Inputs, lineage: str, version: int) -> Packed:
    """Inputs of one lot as they are sent."""
    rules, layers = inputs.rules, inputs.around.layers
    standing = _PACKED.of((rules, *layers, *layers.values()), lambda: pickle.dumps((rules, layers)))
    own = replace(inputs, rules=RuleSet.of(()), around=replace(inputs.around, layers={}))
    return Packed(own, standing, lineage, version)


def evaluated(sent: Packed) -> WrittenDown:
    """
    The evaluation of what was sent, written down.

    Raises
    ------
    ValueError
        When that is not exactly one lot.
    """
    rules, layers = _unpacked(sent.standing)
    inputs = replace(sent.own, rules=rules, around=replace(sent.own.around, layers=layers))
    return write_down(inputs, sent.lineage, sent.version)


@lru_cache(maxsize=8)
def _unpacked(standing: bytes) -> tuple:
    return tuple(pickle.loads(standing))
