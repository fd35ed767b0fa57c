"""A book of evaluated lots, one of each telling kind, found in the city's own data, to be looked at."""
