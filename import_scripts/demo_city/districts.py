"""Groups the cells into 15 districts, their sub-districts, and neighbourhoods (a cell each)."""

import numpy as np

from import_scripts.demo_city.mesh import Mesh

COLUMNS = (4, 4, 4, 3)
"""Districts in each band of the city, from north to south."""


def districts_of_cells(mesh: Mesh, reference: tuple[int, int]) -> dict[tuple[int, int], tuple[int, int, int]]:
    """
    District, sub-district and neighbourhood number of each inner cell.

    Numbers run from the middle outwards in reading order; the reference cell lies in sub-district 3-2.
    """
    raw = {cell: _district(mesh, *cell) for cell in _cells(mesh)}
    swap = raw[reference]
    numbers = {cell: 3 if number == swap else swap if number == 3 else number for cell, number in raw.items()}
    found = {}
    for district in sorted(set(numbers.values())):
        cells = sorted(
            (cell for cell, number in numbers.items() if number == district), key=lambda c: (-c[1], c[0])
        )
        parts = np.array_split(np.arange(len(cells)), min(3, max(1, len(cells))))
        subs = {cells[k]: part + 1 for part, rows in enumerate(parts) for k in rows}
        if reference in subs:
            own = subs[reference]
            subs = {cell: 2 if sub == own else own if sub == 2 else sub for cell, sub in subs.items()}
        for order, cell in enumerate(cells):
            found[cell] = (district, subs[cell], order + 1)
    return found


def inner_cell(mesh: Mesh, cell: tuple[int, int]) -> tuple[int, int]:
    """The inner cell to which rural land and outer streets are counted."""
    return min(max(cell[0], 1), mesh.cells), min(max(cell[1], 1), mesh.cells)


def _cells(mesh: Mesh) -> list[tuple[int, int]]:
    return [(i, j) for j in range(mesh.cells, 0, -1) for i in range(1, mesh.cells + 1)]


def _district(mesh: Mesh, i: int, j: int) -> int:
    band = min(len(COLUMNS) - 1, (mesh.cells - j) * len(COLUMNS) // mesh.cells)
    column = min(COLUMNS[band] - 1, (i - 1) * COLUMNS[band] // mesh.cells)
    return 1 + sum(COLUMNS[:band]) + column
