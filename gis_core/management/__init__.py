"""Commands of `./pelak manage`."""
