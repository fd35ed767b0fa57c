"""Draws the corrected lines of a few streets: both sides give way, at one end more."""

import numpy as np
import pandas as pd
import shapely

SHARE = 0.01
"""One street in so many has a line of its own; a small city has three."""
LEAST = 3
LONGEST_BEND_M = 0.2
"""A street that bends by more than this is left to its widths."""
GIVES_M = (1.0, 2.5)
"""What a side gives at the first and at the last end of its street."""
PER_SHEET = 4
"""So many lines are drawn on one sheet."""


def corrected_lines(segments: pd.DataFrame, seed: int, *, kept: tuple[str, ...]) -> pd.DataFrame:
    """
    Corrected lines of a few straight streets: code, sheet, street and line, on the 1 mm grid.

    Streets whose names end as one of `kept` keep their widths.
    """
    lines = segments["geometry"].to_numpy()
    straight = shapely.hausdorff_distance(lines, _chords(lines)) < LONGEST_BEND_M
    usual = segments["street_class"].isin(("local", "alley")).to_numpy()
    wide = segments["existing_width_m"].between(5.0, 12.0).to_numpy()
    own = ~segments["name_fa"].str.endswith(kept).to_numpy()
    long = (shapely.length(lines) > 60.0) & (shapely.length(lines) < 200.0)
    chosen = np.flatnonzero(straight & usual & wide & own & long)
    count = min(len(chosen), max(LEAST, round(SHARE * len(chosen))))
    rng = np.random.default_rng([seed, 21])
    rows = np.sort(rng.choice(chosen, count, replace=False)) if count else chosen
    half_m = segments["existing_width_m"].to_numpy()[rows] / 2
    sides = [
        _beside(lines[row], half, side)
        for row, half in zip(rows, half_m, strict=True)
        for side in (1.0, -1.0)
    ]
    return pd.DataFrame(
        {
            "code": [f"BK-{number:03}" for number in range(1, len(sides) + 1)],
            "sheet": [f"BK-{number // PER_SHEET + 1:02}" for number in range(len(sides))],
            "street_lineage": segments["lineage"].to_numpy()[np.repeat(rows, 2)],
            "geometry": np.array(sides, dtype=object),
        }
    )


def _chords(lines: np.ndarray) -> np.ndarray:
    return np.array(
        [shapely.LineString(shapely.get_coordinates(line)[[0, -1]]) for line in lines], dtype=object
    )


def _beside(line: shapely.LineString, half_m: float, side: float) -> shapely.LineString:
    """The line along one side of a straight street, +1 left, that gives way along it."""
    ends = shapely.get_coordinates(line)[[0, -1]]
    along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    across = np.array([-along[1], along[0]]) * side
    return shapely.LineString(
        np.round([end + across * (half_m + gives) for end, gives in zip(ends, GIVES_M, strict=True)], 3)
    )
