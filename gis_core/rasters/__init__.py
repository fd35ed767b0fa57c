"""Measures rasters under lots: values per cell in, statistics per lot out, exact at the borders of cells."""
