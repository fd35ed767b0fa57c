"""Gets the number of storeys from zone, passage, area, height and density; and the height from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.bands import looked_up
from gis_core.constraints.density import EQUAL_WITHIN
from gis_core.constraints.plane import PASSING_M, Floats, Numbers, named_rows


@dataclass(frozen=True)
class Limit:
    """One limit on storeys: its name, and the storeys it permits per lot (n,), NaN where not known."""

    name: str
    storeys: Floats


@dataclass(frozen=True)
class Storeys:
    """Permitted storeys of lots (n,), NaN once a limit is unknown; which limits bind, which are unknown."""

    storeys: Floats
    binding: NDArray[np.object_]
    unknown: NDArray[np.object_]


def width_on_basis_m(existing_m: Floats, planned_m: Floats, basis: str) -> Floats:
    """
    The width of a passage that counts, in metres: as it is, as planned, or after the own retreat.

    Examples
    --------
    >>> width_on_basis_m(np.array([8.0]), np.array([12.0]), "AFTER_OWN_SETBACK").tolist()
    [10.0]
    """
    if basis == "EXIST":
        return np.asarray(existing_m, dtype=float)
    if basis == "PLAN":
        return np.asarray(planned_m, dtype=float)
    if basis == "AFTER_OWN_SETBACK":
        return existing_m + np.maximum(0.0, np.asarray(planned_m) - existing_m) / 2
    raise ValueError(f"Expected width basis EXIST, PLAN or AFTER_OWN_SETBACK, got {basis!r}.")


def by_width(bands: Sequence[Mapping[str, Any]], governing_width_m: Floats) -> Floats:
    """Storeys by the width of the passage; NaN without a row or a width."""
    return looked_up(bands, "storeys", governing_width_m)


def by_height(max_height_m: Floats, heights: Mapping[str, Any]) -> Floats:
    """
    The largest whole number of storeys whose height is not above the limit.

    Examples
    --------
    >>> metres = {"pilot_clear_m": 2.4, "slab_m": 0.4, "storey_clear_m": 2.9, "parapet_m": 1.1}
    >>> by_height(np.array([15.0]), metres).tolist()
    [3.0]
    """
    base_m = heights["pilot_clear_m"] + heights["slab_m"] + heights["parapet_m"]
    each_m = heights["storey_clear_m"] + heights["slab_m"]
    return np.maximum(np.floor((np.asarray(max_height_m) - base_m + PASSING_M) / each_m), 0.0)


def by_density(far_percent: Floats, coverage_percent: Floats, rounding: str) -> Floats:
    """
    Floor area ratio over coverage, rounded down to WHOLE or HALF storeys, or not (NONE).

    Examples
    --------
    >>> by_density(np.array([210.0]), np.array([60.0]), "HALF").tolist()
    [3.5]
    """
    step = {"WHOLE": 1.0, "HALF": 0.5, "NONE": 0.0}[rounding]
    ratio = np.asarray(far_percent, dtype=float) / coverage_percent
    return np.floor(ratio / step + 1e-9) * step if step else ratio


def least(limits: Sequence[Limit], equal_within: float = EQUAL_WITHIN) -> Storeys:
    """
    The smallest of all limits, per lot; one unknown limit leaves the number unknown.

    Examples
    --------
    >>> both = least([Limit("0:ZONE", np.array([5.0])), Limit("1:BY_WIDTH", np.array([3.5]))])
    >>> both.storeys.item(), both.binding[0]
    (3.5, ('1:BY_WIDTH',))
    """
    table = np.column_stack([limit.storeys for limit in limits])
    names = [limit.name for limit in limits]
    unknown = np.isnan(table)
    storeys = np.where(unknown.any(axis=1), np.nan, np.where(unknown, np.inf, table).min(axis=1))
    return Storeys(
        storeys=storeys,
        binding=named_rows(names, table <= storeys[:, None] + equal_within),
        unknown=named_rows(names, unknown),
    )


def may_request(
    storeys: Floats, zone: Sequence[str], governing_width_m: Floats, policy: Mapping[str, Any] | None
) -> Floats:
    """Storeys that may be asked for beyond the permitted ones, at somebody's discretion; NaN where none."""
    storeys = np.asarray(storeys, dtype=float)
    if policy is None:
        return np.full(storeys.shape, np.nan)
    named, asked, narrow = _conditions(storeys, zone, governing_width_m, policy)
    return np.where(named & narrow & asked, storeys + policy["extra"], np.nan)


def request_rests_on(
    storeys: Floats,
    zone: Sequence[str | None],
    governing_width_m: Floats,
    policy: Mapping[str, Any] | None,
) -> NDArray[np.object_]:
    """
    Which unknown inputs leave open whether more storeys may be asked for (n,), as tuples; none where sure.

    Not known are a zone of None, and storeys and widths of NaN; one that fails for sure settles it.

    Examples
    --------
    >>> policy = {"zone_prefix": "R", "max_passage_width_m": 12, "when_storeys": [4], "extra": 1}
    >>> unknown, wide = np.array([np.nan, np.nan]), np.array([10.0, 20.0])
    >>> request_rests_on(unknown, ["R121", "R121"], wide, policy).tolist()
    [('storeys',), ()]
    """
    storeys = np.asarray(storeys, dtype=float)
    unknown = np.column_stack(
        [[code is None for code in zone], np.isnan(storeys), np.isnan(governing_width_m)]
    ).astype(bool)
    if policy is None:
        return named_rows([], unknown[:, :0])
    holds = np.column_stack(_conditions(storeys, [code or "" for code in zone], governing_width_m, policy))
    unknown &= (holds | unknown).all(axis=1)[:, None]
    return named_rows(["zone", "storeys", "governing_width_m"], unknown)


def _conditions(
    storeys: Floats, zone: Sequence[str], governing_width_m: Floats, policy: Mapping[str, Any]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether zone, storeys and width of the passage are those of which more may be asked; not if unknown."""
    named = np.array([str(code).startswith(policy["zone_prefix"]) for code in zone], dtype=bool)
    apart = np.abs(storeys[:, None] - np.array(policy["when_storeys"], dtype=float))
    asked = (apart <= EQUAL_WITHIN).any(axis=1)
    return named, asked, np.asarray(governing_width_m) <= policy["max_passage_width_m"] + PASSING_M


def height_m(storeys: Numbers, heights: Mapping[str, Any]) -> Floats:
    """
    Height of the building over the passage, in metres: pilot + storeys with slabs + parapet.

    A partial storey is as high as a whole one (`partial_storey_height` FULL).

    Examples
    --------
    >>> metres = {"pilot_clear_m": 2.4, "slab_m": 0.4, "storey_clear_m": 2.9, "parapet_m": 1.1}
    >>> round(height_m(np.array([4.0]), metres).item(), 6)
    17.1
    """
    counted = np.asarray(storeys, dtype=float)
    if heights.get("partial_storey_height", "FULL") == "FULL":
        counted = np.ceil(counted - 1e-9)
    each_m = heights["storey_clear_m"] + heights["slab_m"]
    return heights["pilot_clear_m"] + heights["slab_m"] + counted * each_m + heights["parapet_m"]
