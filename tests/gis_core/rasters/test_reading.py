"""What a raster file holds is read as the file means it; what it leaves out is no data."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from gis_core.rasters.reading import read_cells

CRS = "EPSG:32639"


@pytest.fixture
def written(tmp_path):
    """Writes cells into a file, north up, with whatever else the file says."""

    def write(cells, *, nodata=None, scale=None, offset=None, mask=None):
        path = tmp_path / "cells.tif"
        cells = np.array(cells)
        rows, columns = cells.shape
        profile = {
            "driver": "GTiff",
            "count": 1,
            "width": columns,
            "height": rows,
            "dtype": cells.dtype,
            "crs": CRS,
            "transform": from_origin(560_000, 3_610_000, 10, 10),
            "nodata": nodata,
        }
        with rasterio.open(path, "w", **profile) as file:
            file.write(cells, 1)
            if scale is not None:
                file.scales, file.offsets = (scale,), (offset or 0.0,)
            if mask is not None:
                file.write_mask(np.array(mask, dtype=bool))
        return path

    return write


def test_heights_stored_in_decimetres_above_a_level_are_read_in_metres(written):
    path = written(np.array([[15, -9999]], dtype=np.int16), nodata=-9999, scale=0.1, offset=1500.0)
    values = read_cells(path, crs=CRS, nodata=-9999.0).values
    assert values[0, 0] == pytest.approx(1501.5)
    assert np.isnan(values[0, 1])


def test_what_a_file_masks_is_no_data_although_something_stands_there(written):
    path = written(np.array([[0.0, 2.0]]), mask=[[False, True]])
    values = read_cells(path, crs=CRS, nodata=None).values
    assert np.isnan(values[0, 0])
    assert values[0, 1] == 2.0


def test_an_endless_height_is_none(written):
    path = written(np.array([[np.inf, 3.0], [-np.inf, np.nan]]))
    values = read_cells(path, crs=CRS, nodata=None).values
    assert np.isnan(values).tolist() == [[True, False], [True, True]]


def test_a_part_of_a_file_is_masked_and_scaled_as_the_whole_is(written):
    cells = np.arange(64, dtype=np.int16).reshape(8, 8)
    path = written(cells, scale=0.5, mask=cells % 3 != 0)
    whole = read_cells(path, crs=CRS, nodata=None)
    part = read_cells(path, crs=CRS, nodata=None, bounds=(560_031, 3_609_961, 560_039, 3_609_969), border=1)
    rows, columns = part.shape
    expected = whole.values[part.row : part.row + rows, part.column : part.column + columns]
    assert np.array_equal(part.values, expected, equal_nan=True)
    assert part.shape == (3, 3)
