"""The frame of the invented city: a bent mesh of main streets, a river line, and the cells between them."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

CORE, OLD, PLANNED, RURAL = "core", "old", "planned", "rural"
GROSS_M2_PER_PARCEL = 452.0
"""Area of the city, streets and parks included, for one parcel; measured on this generator."""
TURN_DEG = 5.0
"""How far the main grid is turned off north."""
STEPS = 8
"""Straight pieces between two nodes of a mesh line; even, so that the middle is a vertex."""


@dataclass(frozen=True)
class Mesh:
    """
    A bent mesh: lines 0..m along and across, cells between them, the outermost ring of cells rural.

    Positions are parameters (s, t): s grows to the east, t to the north; line number i lies at s = i.
    `points(s, t)` turns them into metres in the city's local frame (origin in the middle of the city).
    """

    cells: int
    pitch_m: float
    seed: int
    spacing_s: np.ndarray
    spacing_t: np.ndarray
    jitter: np.ndarray
    river_row: int
    phase: tuple[float, float, float]

    @property
    def lines(self) -> int:
        """Number of the last line; cells are numbered 0 .. lines - 1 both ways."""
        return self.cells + 2

    @cached_property
    def _s_at(self) -> np.ndarray:
        return _centred(self.spacing_s)

    @cached_property
    def _t_at(self) -> np.ndarray:
        return _centred(self.spacing_t)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """The middle of the old city, in parameters: north of the river."""
        return self.lines / 2 - 0.1, self.river_row + max(1.2, self.cells * 0.19)

    def points(self, s: np.ndarray, t: np.ndarray) -> np.ndarray:
        """
        Metres of parameters.

        Parameters
        ----------
        s, t
            (n,) parameters, 0 .. `lines`.

        Returns
        -------
        numpy.ndarray
            (n, 2) metres, local frame.
        """
        s, t = np.asarray(s, float), np.asarray(t, float)
        index = np.arange(self.lines + 1)
        x = np.interp(s, index, self._s_at) * self.pitch_m
        y = np.interp(t, index, self._t_at) * self.pitch_m
        half = self.cells * self.pitch_m / 2
        a, b = np.clip(x / half, -1.4, 1.4), np.clip(y / half, -1.4, 1.4)
        x, y = x * np.sqrt(1 - 0.22 * b * b), y * np.sqrt(1 - 0.22 * a * a)
        x, y = self._bend(s, t, x, y)
        jitter = self._jitter(s, t) * self.pitch_m
        x, y = x + jitter[:, 0], y + jitter[:, 1]
        turn = math.radians(TURN_DEG)
        return np.column_stack(
            [x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)]
        )

    def _bend(
        self, s: np.ndarray, t: np.ndarray, x: np.ndarray, y: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        first, second, third = self.phase
        wave = 2 * math.pi / max(5.0, min(self.cells * 0.8, 9.0))
        y = y + self.pitch_m * 0.16 * np.sin(wave * s * 0.8 + first)
        x = x + self.pitch_m * 0.16 * np.sin(wave * t * 0.9 + second)
        near = np.exp(-(((t - self.river_row) / 1.6) ** 2))
        meander = 0.42 * np.sin(wave * s * 1.1 + third) + 0.16 * np.sin(wave * s * 2.3 + first)
        return x, y + self.pitch_m * near * meander

    def _jitter(self, s: np.ndarray, t: np.ndarray) -> np.ndarray:
        i = np.clip(np.floor(s).astype(int), 0, self.lines - 1)
        j = np.clip(np.floor(t).astype(int), 0, self.lines - 1)
        f, g = (s - i)[:, None], (t - j)[:, None]
        grid = self.jitter
        low = grid[i, j] * (1 - f) + grid[i + 1, j] * f
        high = grid[i, j + 1] * (1 - f) + grid[i + 1, j + 1] * f
        return low * (1 - g) + high * g

    def fabric(self, i: int, j: int) -> str:
        """The fabric of a cell: the organic core, the older grid about it, planned suburbs, rural land."""
        if not (1 <= i <= self.cells and 1 <= j <= self.cells):
            return RURAL
        s, t = self.centre
        away = math.hypot(i + 0.5 - s, (j + 0.5 - t) * 1.05) / self.cells
        wobble = 0.03 * math.sin(i * 2.1 + j * 1.3 + self.phase[0])
        if away + wobble < 0.165:
            return CORE
        return OLD if away + wobble < 0.34 else PLANNED


def make_mesh(parcels: int, seed: int) -> Mesh:
    """A mesh for about that many parcels."""
    cells = max(4, round(math.sqrt(parcels / 310)))
    pitch_m = math.sqrt(parcels * GROSS_M2_PER_PARCEL) / cells
    tried = [_mesh(cells, pitch_m, seed, np.random.default_rng([seed, 101, k])) for k in range(24)]
    return max(tried, key=_soundness)


def _mesh(cells: int, pitch_m: float, seed: int, rng: np.random.Generator) -> Mesh:
    lines = cells + 2
    spacing = rng.uniform(0.86, 1.16, (2, lines))
    spacing[:, 1:-1] *= cells / spacing[:, 1:-1].sum(axis=1, keepdims=True)
    spacing[:, [0, -1]] = 0.55
    jitter = rng.uniform(-0.05, 0.05, (lines + 1, lines + 1, 2))
    river_row = max(2, round(lines * 0.37))
    phase = tuple(float(value) for value in rng.uniform(0, 2 * math.pi, 3))
    return Mesh(cells, pitch_m, seed, spacing[0], spacing[1], jitter, river_row, phase)


def _soundness(mesh: Mesh) -> float:
    """How far the sharpest or flattest corner of a cell is from one where streets cannot meet, degrees."""
    index = np.arange(mesh.lines + 1)
    s, t = np.meshgrid(index, index, indexing="ij")
    nodes = mesh.points(s.ravel(), t.ravel()).reshape(len(index), len(index), 2)
    at = [nodes[:-1, :-1], nodes[1:, :-1], nodes[1:, 1:], nodes[:-1, 1:]]
    worst = 90.0
    for k in range(4):
        to, back = at[(k + 1) % 4] - at[k], at[k - 1] - at[k]
        cross = to[..., 0] * back[..., 1] - to[..., 1] * back[..., 0]
        angle = np.degrees(np.arctan2(cross, (to * back).sum(axis=-1)))
        worst = min(worst, angle.min(), (180 - angle).min())
    return float(worst)


def _centred(spacing: np.ndarray) -> np.ndarray:
    at = np.concatenate([[0.0], np.cumsum(spacing)])
    return at - (at[0] + at[-1]) / 2
